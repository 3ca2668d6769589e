import type { Precision } from '../../protocol/precision';
import type { Checkpoint } from '../models/checkpoint';
import { type CompiledForm, float32Form } from './compiledForm';
import { int8Form } from './quantise/int8Form';

/** A model in each precision. */
export const FORMS: Readonly<Record<Precision, (checkpoint: Checkpoint) => CompiledForm>> = {
  float32: float32Form,
  int8: int8Form,
};
