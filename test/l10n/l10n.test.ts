import { describe, expect, it } from 'vitest';
import { keyOf, moveTexts } from '../../scripts/l10n/manifestTexts';
import { readSource, sourceFiles, sourceTexts } from '../../scripts/l10n/sourceTexts';
import {
  collectTexts,
  compareTexts,
  LANGUAGE,
  readManifestTexts,
  readTexts,
  SHOWN,
  SPEAKING,
} from '../../scripts/l10n/translations';
import { PHASES } from '../../src/protocol/phases';

/** Literals that look like texts and are none: names, keys, markup. */
const NO_TEXTS: readonly RegExp[] = [
  /^(Softprompt|Ollama|LM Studio|Enter|Escape|Tab|Home|End|Page(Up|Down)|Arrow\w+|Control|Shift)$/,
  /^<|^img-src/,
  /^(Top|Right|Bottom|Left)$/,
  /^virtual token$/, // a noun of kit/format.ts
];

/** Folders whose literals are names of nodes, operators and tensors, unless errors say them or they read as a sentence. */
const GRAPHS = /^src\/engine\/(compile|gradient|graph|models\/(description|gguf|graphs|onnx|tokenizers))\//;

/** Whose literals are no words of ours to a person. What their errors say is translated too. */
const OTHER_WORDS = new Set([
  'src/engine/adapters/placement.ts', // a note in the adapter's folder, for whoever is given it
  'src/engine/models/cacheFolder.ts', // folders
  'src/engine/models/catalogue.ts', // names of models
  'src/engine/prompt/chat/templateGlobals.ts', // days and months, for the model
  'src/engine/task/defaults.ts', // what the virtual tokens start from
  'src/host/requestSchemas.ts', // bugs of the client
  'src/protocol/models.ts', // kinds of models: the collector takes them from the table
  'src/protocol/phases.ts', // so it does these
  'src/protocol/taskFile.ts', // and these from the schema
]);

const NAMES = /^(SoftpromptError|ValueExpected|1_Pooling)$/;

const COMPLETE = { missing: [], leftOver: [], otherHoles: [] };

describe('what people read', () => {
  it('is collected in the bundle, and all of it is in German', () => {
    const english = readTexts('l10n/bundle.l10n.json');
    const collected = Object.fromEntries(collectTexts().map((text) => [text, text]));
    expect(compareTexts(collected, english), 'run npm run l10n').toEqual(COMPLETE);
    expect(compareTexts(english, readTexts(`l10n/bundle.l10n.${LANGUAGE}.json`))).toEqual(COMPLETE);
  });

  it('is, in the manifest, a key whose text there is in both languages', () => {
    const english = readTexts('package.nls.json');
    const plain = readManifestTexts().filter(({ text }) => keyOf(text) === undefined);
    expect(plain, 'run npm run l10n').toEqual([]);
    const asked = Object.fromEntries(readManifestTexts().map(({ text }) => [keyOf(text)!, text]));
    expect(compareTexts(asked, english)).toEqual(COMPLETE);
    expect(compareTexts(english, readTexts(`package.nls.${LANGUAGE}.json`))).toEqual(COMPLETE);
  });

  it.each(sourceFiles(SHOWN))('can be translated: %s', (file) => {
    const { wrong, untranslated } = readSource(file);
    expect(wrong).toEqual([]);
    expect(untranslated.filter((text) => !NO_TEXTS.some((exception) => exception.test(text)))).toEqual([]);
  });
});

describe('what the engine and the host say', () => {
  it.each(sourceFiles(SPEAKING))('can be translated: %s', (file) => {
    const { wrong, spoken, untranslated } = readSource(file);
    expect({ wrong, spoken }).toEqual({ wrong: [], spoken: [] });
    const said = GRAPHS.test(file) ? untranslated.filter(isSentence) : untranslated;
    const phases: readonly string[] = PHASES;
    const plain = said.filter((text) => !phases.includes(text) && !NAMES.test(text));
    expect(OTHER_WORDS.has(file) ? [] : plain).toEqual([]);
  });
});

/** Ends like one, or begins like one: `Row {} is…`. */
function isSentence(text: string): boolean {
  return /\s.*[\p{L}\d}]\.$/su.test(text) || /^\p{Lu}\p{Ll}+,? [\p{Ll}{]/u.test(text);
}

describe('the collector', () => {
  it('finds texts however the function is reached, and in parts of others', () => {
    const source = "t('One'); l10n.t('Two {0}', t(`Three`)); vscode.l10n.t('Four', ); at('no');";
    expect(sourceTexts(source)).toEqual({
      texts: ['One', 'Two {0}', 'Three', 'Four'],
      wrong: [],
      untranslated: [],
      spoken: [],
    });
  });

  it('finds texts of the engine, and what it says without them', () => {
    const source = `
      fail(l10n\`Row \${row} of \${l10n\`the file\`} is empty.\`); new SoftpromptError('code', \`Row \${row} is bad.\`, {
      hint: known ? 'Look there.' : l10n\`Look here.\`, place: { node: 'Some Node' } });
      this.refuse(node, of ? 'of this kind' : l10n\`with that\`); lookUp('of this kind');`;
    expect(sourceTexts(source)).toMatchObject({
      texts: ['Row {0} of {1} is empty.', 'the file', 'Look here.', 'with that'],
      spoken: ['Row {} is bad.', 'Look there.', 'of this kind'],
    });
  });

  it('finds what is translated in an error that is told further', () => {
    const source = `throw new Error(l10n\`it has \${count} axes\`); throw new Error("a bug of ours");`;
    expect(sourceTexts(source)).toMatchObject({ texts: ['it has {0} axes'], untranslated: [], spoken: [] });
  });

  it('refuses what is not written out, and values that no hole waits for', () => {
    expect(sourceTexts('t(text); t("a" + b); t("{0} of {1}", 1); t("none", 1);').wrong).toHaveLength(4);
  });

  it('finds what is shown and not translated', () => {
    const source = `
      log.info('Not for people.'); throw new Error('A bug.'); el('p', { class: 'card wide' }, 'rows', n);
      el('p', { 'aria-label': 'count', id: 'count' }); const words = \`Row \${n}\`; if (key === 'Arrow') run('row-1');`;
    expect(sourceTexts(source).untranslated).toEqual(['rows', 'count', 'Row {}']);
  });
});

describe('the manifest', () => {
  it('gives its texts to the language files, and asks for them by key', () => {
    const manifest = {
      displayName: 'Softprompt',
      description: '%description%',
      contributes: {
        commands: [{ command: 'softprompt.tune', title: 'Tune', category: 'Softprompt' }],
        viewsWelcome: [{ view: 'softprompt.tasks', contents: 'Hello' }],
      },
    };
    const { packageText, nls } = moveTexts(JSON.stringify(manifest), { description: 'It tunes.', gone: 'x' });
    expect(nls).toEqual({ description: 'It tunes.', 'command.tune': 'Tune', 'welcome.tasks.1': 'Hello' });
    expect(JSON.parse(packageText).contributes.commands[0]).toEqual({
      command: 'softprompt.tune',
      title: '%command.tune%',
      category: 'Softprompt',
    });
    expect(moveTexts(packageText, nls)).toEqual({ packageText, nls });
  });
});
