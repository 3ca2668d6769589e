import { type FileHandle, open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import {
  type GgufHeader,
  type GgufTensor,
  type GgufValue,
  type HeaderOptions,
  readGgufHeader,
} from './header';

// Large models are split into files NAME-00001-of-00003.gguf …, each with tensors of its own; the first has the metadata.

const PART_NAME = /^(.+)-(\d{5})-of-(\d{5})(\.gguf)$/i;
const MAX_PARTS = 1024;

const count = z.int().min(0);
const splitSchema = z.object({
  'split.no': count.default(0),
  'split.count': count.max(MAX_PARTS).default(1),
  'split.tensors.count': count.optional(),
});

export interface GgufPart {
  file: string;
  handle: FileHandle;
  size: number;
  header: GgufHeader;
}

/** A GGUF file, or all the files of one that is split. */
export interface GgufParts {
  metadata: ReadonlyMap<string, GgufValue>;
  /** All tensors, each with the file it stands in. */
  tensors: readonly (GgufTensor & { part: GgufPart })[];
  parts: readonly GgufPart[];
  close(): Promise<void>;
}

/**
 * Opens a GGUF file; of a split one any part may be given, and all are opened. Throws SoftpromptError: 'model-missing' with
 * the name of a part that is not there, 'model-invalid' where parts do not fit together.
 */
export async function openGgufParts(file: string, options: HeaderOptions = {}): Promise<GgufParts> {
  const parts: GgufPart[] = [];
  const close = async () => {
    for (const { handle } of parts) await handle.close();
  };
  try {
    const named = PART_NAME.exec(basename(file));
    for (const path of named ? partNames(file, named) : [file]) {
      parts.push(await openPart(path, parts.length === 0 ? options : {}, named ? file : undefined));
    }
    checkParts(parts, named !== null);
    const tensors = parts.flatMap((part) => part.header.tensors.map((tensor) => ({ ...tensor, part })));
    return { metadata: parts[0]!.header.metadata, tensors, parts, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function partNames(file: string, [, name, number, total, extension]: RegExpExecArray): string[] {
  const length = Number(total);
  if (length < 1 || length > MAX_PARTS || Number(number) < 1 || Number(number) > length) {
    throw invalid(file, l10n`it is named part ${Number(number)} of ${length}`);
  }
  return Array.from({ length }, (_, index) =>
    join(dirname(file), `${name}-${String(index + 1).padStart(5, '0')}-of-${total}${extension}`),
  );
}

async function openPart(file: string, options: HeaderOptions, asked: string | undefined): Promise<GgufPart> {
  const handle = await open(file, 'r').catch((cause: NodeJS.ErrnoException) => {
    if (asked === undefined || cause.code !== 'ENOENT') throw cause;
    throw new SoftpromptError(
      'model-missing',
      l10n`The model is split, and its part ${basename(file)} is not there.`,
      {
        place: { file: asked },
        hint: l10n`All parts of a model belong into one folder, under the names they had.`,
        cause,
      },
    );
  });
  try {
    const { size } = await handle.stat();
    return { file, handle, size, header: await readGgufHeader(handle, size, file, options) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Every part must be the one that its name says, and together they must have all tensors. */
function checkParts(parts: readonly GgufPart[], named: boolean): void {
  let expected: number | undefined;
  for (const [index, { file, header }] of parts.entries()) {
    const parsed = splitSchema.safeParse(Object.fromEntries(header.metadata));
    if (!parsed.success) throw invalid(file, z.prettifyError(parsed.error));
    const { 'split.no': number, 'split.count': total, 'split.tensors.count': tensors } = parsed.data;
    if (!named && total > 1) {
      throw invalid(
        file,
        l10n`it is part ${number + 1} of ${total}, which its name does not say`,
        l10n`Give the parts the names they had: NAME-00001-of-00003.gguf and so on.`,
      );
    }
    if (named && (number !== index || total !== parts.length)) {
      throw invalid(
        file,
        l10n`by its name it is part ${index + 1} of ${parts.length}, inside it is ${number + 1} of ${total}`,
      );
    }
    expected ??= tensors;
  }
  const found = parts.reduce((sum, { header }) => sum + header.tensors.length, 0);
  if (parts.length > 1 && expected !== undefined && expected !== found) {
    throw invalid(parts[0]!.file, l10n`its parts have ${found} tensors together, not ${expected}`);
  }
}

function invalid(file: string, problem: string, hint = l10n`Download the model again.`): SoftpromptError {
  return new SoftpromptError('model-invalid', l10n`This is not a valid part of a split model: ${problem}.`, {
    place: { file },
    hint,
  });
}
