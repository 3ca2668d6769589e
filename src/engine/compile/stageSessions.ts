import type { Graph } from '../graph/graph';
import type { Head, LanguageModel, Stage } from '../models/languageModel';
import { Session } from '../runtime/session';
import type { CompiledFolder } from './compiledFolder';
import { type LossHead, lossHead, promptTraining, type TrainingStage, textTraining } from './trainingGraphs';

export interface InferenceSession {
  stage: Stage;
  session: Session;
}

export interface TrainingSession {
  plan: TrainingStage;
  forward: Session;
  backward: Session;
}

export interface LossSessions {
  plan: LossHead;
  scoring: Session;
  training: Session;
}

/**
 * The sessions of a model, opened when first needed. Layers run in groups (stages): small enough that pause and cancel
 * answer within tens of milliseconds, large enough that starting a session costs nothing beside its work.
 */
export class StageSessions {
  private readonly opened = new Map<string, Promise<unknown>>();
  private readonly sessions: Session[] = [];

  constructor(
    private readonly model: LanguageModel,
    private readonly folder: CompiledFolder,
    private readonly options: { threads: number; layersPerStage: number },
  ) {}

  get stages(): number {
    return Math.ceil(this.model.config.layers / this.options.layersPerStage);
  }

  /** Forward only, with a past that may differ from row to row. */
  inference(index: number): Promise<InferenceSession> {
    return this.once(`inference ${index}`, async () => {
      const stage = this.stage(index);
      const { graph, ports } = stage;
      for (const name of ports.past.flatMap(({ keys, values }) => [keys, values])) {
        const { type, shape } = graph.typeOf(name);
        graph.values.set(name, { type, shape: ['pastRows', ...shape.slice(1)] });
      }
      return { stage, session: await this.open(graph) };
    });
  }

  text(index: number): Promise<TrainingSession> {
    return this.once(`text ${index}`, () => this.train(textTraining(this.stage(index), index === 0)));
  }

  prompt(index: number): Promise<TrainingSession> {
    const isLast = index === this.stages - 1;
    return this.once(`prompt ${index}`, () => this.train(promptTraining(this.stage(index), isLast)));
  }

  head(words: 'all' | 'chosen'): Promise<{ head: Head; session: Session }> {
    return this.once(`head ${words}`, async () => {
      const head = this.model.head(words);
      return { head, session: await this.open(head.graph) };
    });
  }

  loss(words: 'all' | 'chosen'): Promise<LossSessions> {
    return this.once(`loss ${words}`, async () => {
      const plan = lossHead(this.model.head(words));
      return { plan, scoring: await this.open(plan.scoring), training: await this.open(plan.training) };
    });
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.opened.values());
    for (const session of this.sessions) await session.close();
  }

  private stage(index: number): Stage {
    const from = index * this.options.layersPerStage;
    return this.model.stage(from, Math.min(from + this.options.layersPerStage, this.model.config.layers));
  }

  private async train(plan: TrainingStage): Promise<TrainingSession> {
    return { plan, forward: await this.open(plan.forward), backward: await this.open(plan.backward) };
  }

  private async open(graph: Graph): Promise<Session> {
    const session = await Session.open(await this.folder.write(graph), this.options);
    this.sessions.push(session);
    return session;
  }

  private once<T>(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.opened.get(key) as Promise<T> | undefined;
    if (known) return known;
    const made = make();
    this.opened.set(key, made);
    return made;
  }
}
