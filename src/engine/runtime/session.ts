import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { Tensor } from './tensor';

/**
 * How long a thread that has done its part looks out for the next one before it sleeps. Where other programs want the cores,
 * it looks out for threads that cannot run meanwhile. SmolLM2-135M on two cores, beside as many or twice as many busy
 * programs: a step takes 0.77 of the time that onnxruntime's own setting needs; quiet, 1.01.
 */
const SPIN_MICROSECONDS = '100';

/**
 * onnxruntime's arena keeps for each session what its largest run needed, rounded up to powers of two: 150 to 300 MB
 * with SmolLM2-135M. glibc gives freed memory to whichever session runs next, as fast; other systems' allocators map and clear
 * large buffers anew each time.
 */
const USE_ARENA = process.platform !== 'linux';

/** An onnxruntime session on the CPU. The native module is loaded when the first one is opened. */
export class Session {
  private constructor(
    private readonly session: InferenceSession,
    private readonly runtime: typeof import('onnxruntime-node'),
  ) {}

  /**
   * Opens a graph file; weights beside it are mapped, not copied. `optimise`: onnxruntime goes through the graph first, which takes
   * longer; unless told, it does not.
   */
  static async open(file: string, options: { threads: number; optimise?: boolean }): Promise<Session> {
    const runtime = await import('onnxruntime-node');
    try {
      const session = await runtime.InferenceSession.create(file, {
        executionProviders: ['cpu'],
        intraOpNumThreads: options.threads,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        graphOptimizationLevel: options.optimise ? 'all' : 'disabled',
        // Every micro-batch has its own shape: plans for each would only pile up.
        enableMemPattern: false,
        enableCpuMemArena: USE_ARENA,
        logSeverityLevel: 3,
        extra: {
          session: {
            // Many sessions take turns: the threads of one that waits must not spin while another works.
            force_spinning_stop: '1',
            'intra_op.spin_duration_us': SPIN_MICROSECONDS,
          },
        },
      });
      return new Session(session, runtime);
    } catch (cause) {
      throw asSoftpromptError(cause, file);
    }
  }

  /**
   * Runs the graph. `outputs` says what to compute: into the given tensor, or into fresh memory where it is null.
   * Blocks this thread until done.
   */
  async run(
    inputs: Readonly<Record<string, Tensor>>,
    outputs: Readonly<Record<string, Tensor | null>>,
  ): Promise<Record<string, Tensor>> {
    const { Tensor: Ort } = this.runtime;
    const wrap = ({ type, data, shape }: Tensor): OrtTensor =>
      new Ort(type as 'float32', data as Float32Array, shape);
    const feeds = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, wrap(tensor)]));
    const fetches = Object.fromEntries(
      Object.entries(outputs).map(([name, tensor]) => [name, tensor && wrap(tensor)]),
    );
    try {
      const results = await this.session.run(feeds, fetches);
      return Object.fromEntries(
        Object.entries(outputs).map(([name, tensor]) => [name, tensor ?? unwrap(results[name]!)]),
      );
    } catch (cause) {
      throw asSoftpromptError(cause);
    }
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}

function unwrap(tensor: OrtTensor): Tensor {
  return { type: tensor.type as 'float32', data: tensor.data as Float32Array, shape: tensor.dims };
}

function asSoftpromptError(cause: unknown, file?: string): SoftpromptError {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (/bad_alloc|allocat(e|ion).*(fail|memory)|out of memory/i.test(message)) {
    return new SoftpromptError('out-of-memory', l10n`There is not enough memory for this step.`, {
      cause,
      hint: l10n`Close other programs, lower training.batchRows or limit in the task file, or choose a smaller model.`,
    });
  }
  return new SoftpromptError('internal', `onnxruntime: ${message}`, { place: { file }, cause });
}
