import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { SoftpromptError } from '../../protocol/errors';
import type { Tensor } from './tensor';

/** An onnxruntime session on the CPU. The native module is loaded when the first one is opened. */
export class Session {
  private constructor(
    private readonly session: InferenceSession,
    private readonly runtime: typeof import('onnxruntime-node'),
  ) {}

  /** Opens a graph file; weights beside it are mapped, not copied. */
  static async open(file: string, options: { threads: number }): Promise<Session> {
    const runtime = await import('onnxruntime-node');
    try {
      const session = await runtime.InferenceSession.create(file, {
        executionProviders: ['cpu'],
        intraOpNumThreads: options.threads,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        graphOptimizationLevel: 'all',
        // Every micro-batch has its own shape: plans for each would only pile up.
        enableMemPattern: false,
        logSeverityLevel: 3,
        // Many sessions take turns: the threads of one that waits must not spin while another works.
        extra: { session: { force_spinning_stop: '1' } },
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
    return new SoftpromptError('out-of-memory', 'There is not enough memory for this step.', {
      cause,
      hint: 'Close other programs, lower training.batchRows or limit in the task file, or choose a smaller model.',
    });
  }
  return new SoftpromptError('internal', `onnxruntime: ${message}`, { place: { file }, cause });
}
