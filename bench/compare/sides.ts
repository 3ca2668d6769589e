import { join } from 'node:path';
import { preparePython } from './environment';
import { Side } from './side';
import type { Variant } from './variants';

/** What both sides are told when they are started. */
export interface SideSettings {
  /** Token ids that the virtual tokens start as. */
  start: readonly number[];
  /** Token ids of the label words; a row's label is an index into them. */
  words: readonly number[];
  threads: number;
}

/** For PyTorch alone. */
export interface PyTorchSettings {
  /** Rows that go through it at once: a step of more is done in several passes, whose gradients add up. */
  pass: number;
  /** It is refused more memory than this. */
  maxMegabytes?: number;
}

/** For our side alone. */
export interface OurSettings {
  cacheFolder: string;
  /** The virtual tokens stand before so many of a row's last tokens, and what is before them is computed once; else before all. */
  behind?: number;
  /** Only so many of the model's first layers. */
  layers?: number;
  /** Folder for onnxruntime's profiles; none unless given. */
  profile?: string;
}

/** A row of text, or of token ids in place of it. */
export interface BenchRow {
  text?: string;
  tokens?: readonly number[];
  label: number;
}

/** The folder that bench/start.mjs has put us into: our side stands beside, and what it compiles can go there. */
const FOLDER = __dirname;

/** Starts the program of a variant. Python is looked for, or set up, only when it is needed. */
export class Sides {
  private found: string | undefined;

  constructor(
    private readonly model: string,
    private readonly python: string | undefined,
  ) {}

  open({ side, argument }: Variant, settings: SideSettings & PyTorchSettings, extra?: Partial<OurSettings>) {
    const cacheFolder = join(FOLDER, 'cache');
    const text = JSON.stringify({ ...settings, cacheFolder, ...extra });
    if (side === 'Softprompt') {
      return new Side(process.execPath, [join(FOLDER, 'ours.cjs'), this.model, argument, text]);
    }
    this.found ??= this.python ?? preparePython();
    return new Side(this.found, ['bench/compare/pytorch.py', this.model, argument, text]);
  }
}
