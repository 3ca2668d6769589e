import { basename, dirname } from 'node:path';

/**
 * What people call the model in a folder: the folder's name, but for folders that are named for how the model was
 * exported, whose parent has it, and for snapshots in a Hugging Face cache, whose repository has it. `folder` is absolute.
 */
export function modelName(folder: string): string {
  const [, repository] = /models--(?:[^/\\]+--)?([^/\\]+)[/\\]snapshots[/\\][^/\\]+/.exec(folder) ?? [];
  if (repository) return repository;
  let named = folder;
  while (EXPORT.test(basename(named))) named = dirname(named);
  return basename(named) || basename(folder);
}

/** By exporter, or by what was done to the export: `onnx`, `optimum-with-past`, `genai-int4`. */
const EXPORT = /^(onnx|optimum|torch|genai|cpu|fused|quanti[sz]ed|qdq|traced)(-|_|$)/i;
