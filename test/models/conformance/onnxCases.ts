import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ModelKind } from '../../../src/protocol/models';
import { type Case, MODELS, readExpected } from './cases';

/** Exports of the tiny models whose weights are the model's own, or have numbers of their own beside them. */
const EXPORTS: readonly (readonly [model: string, folder: string, format: string, file?: string])[] = [
  ['llama3', 'optimum-with-past', 'ONNX, optimum, with past'],
  ['llama3', 'optimum-without-past', 'ONNX, optimum, without past'],
  ['llama3', 'torch', 'ONNX, torch.onnx'],
  ['llama3', 'genai-fp32', 'ONNX, genai builder, float32'],
  ['llama3', 'genai-int4', 'ONNX, genai builder, int4'],
  ['qwen2', 'optimum-with-past', 'ONNX, optimum, with past'],
  ['qwen2', 'genai-fp32', 'ONNX, genai builder, float32'],
  ['qwen2', 'genai-int4', 'ONNX, genai builder, int4'],
  ['qwen3', 'genai-fp32', 'ONNX, genai builder, float32'],
  ['gemma2', 'torch', 'ONNX, torch.onnx'],
  ['gpt2', 'optimum-with-past', 'ONNX, optimum, with past'],
  ['gpt2', 'optimum-merged', 'ONNX, optimum, merged', 'decoder_model_merged.onnx'],
  ['gpt2', 'torch', 'ONNX, torch.onnx'],
  ['gpt2', 'fused', 'ONNX, fused by onnxruntime'],
  ['bert', 'optimum', 'ONNX, optimum'],
  ['bert', 'torch', 'ONNX, torch.onnx'],
  ['bert', 'fused', 'ONNX, fused by onnxruntime'],
  ['bert', 'fused-multi-head', 'ONNX, fused, multi-head'],
  ['minilm', 'optimum', 'ONNX, optimum'],
  ['minilm', 'torch', 'ONNX, torch.onnx'],
  ['minilm', 'fused', 'ONNX, fused by onnxruntime'],
  ['gpt2', 'traced-13', 'ONNX, torch.onnx traced, opset 13'],
  ['llama3', 'traced-14', 'ONNX, torch.onnx traced, opset 14'],
  ['bert', 'traced-15', 'ONNX, torch.onnx traced, opset 15'],
  ['gpt-neox', 'traced-16', 'ONNX, torch.onnx traced, opset 16'],
  ['opt', 'traced-17', 'ONNX, torch.onnx traced, opset 17'],
  ['qwen3', 'traced-18', 'ONNX, torch.onnx traced, opset 18'],
  ['t5', 'optimum', 'ONNX, optimum, merged', 'decoder_model_merged.onnx'],
];

/** Models of some kinds as exporters write them to ONNX files. */
export function onnxCases(kinds: readonly ModelKind[]): Case[] {
  return EXPORTS.flatMap(([model, folder, format, file = 'model.onnx']) => {
    const path = join(MODELS, model, 'onnx', folder, file);
    const own = existsSync(join(dirname(path), 'expected.json'));
    const expected = own ? dirname(path) : join(MODELS, model);
    const { kind } = readExpected(join(MODELS, model));
    return kinds.includes(kind) ? [{ model, kind, format, path, expected }] : [];
  });
}
