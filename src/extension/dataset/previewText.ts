import { l10n } from 'vscode';
import type { RenderedPrompt } from '../../protocol/dataset';
import { count, formatCount } from '../wording';

const RULE = '─'.repeat(40);

/** A row's prompt as a plain text page: what the model reads, the virtual tokens marked, the label words listed. */
export function previewText(prompt: RenderedPrompt): string {
  const facts = [l10n.t('Row {0}', formatCount(prompt.row)), count(prompt.tokens, 'token')];
  if (prompt.cutTokens > 0) {
    facts.push(l10n.t('{0} cut to fit the limit', count(prompt.cutTokens, 'token')));
  }
  facts.push(l10n.t('target: {0}', prompt.target));
  const lines = [facts.join(' · '), RULE, promptBody(prompt), RULE];

  if (prompt.labelWords?.length) {
    const width = Math.max(...prompt.labelWords.map(({ label }) => label.length));
    lines.push(
      prompt.classHead
        ? l10n.t('Class head, trained beside the prompt; each class starts from a text:')
        : l10n.t('Label words, whose likelihood stands for each class:'),
    );
    for (const { label, word } of prompt.labelWords) {
      lines.push(`  ${label.padEnd(width)}  ${JSON.stringify(word)}${label === prompt.target ? '  ←' : ''}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** What the model reads, with a mark where the virtual tokens stand. */
export function promptBody({ segments }: RenderedPrompt): string {
  return segments
    .map((segment, index) => {
      if (segment.kind === 'text') return segment.text;
      // At the beginning on a line of its own; behind text where it stands.
      return `⟦${count(segment.count, 'virtual token')}⟧${index === 0 ? '\n' : ''}`;
    })
    .join('');
}
