import type { Graph } from '../graph/graph';
import type { Encoder, Head, LanguageModel } from '../models/languageModel';
import { Session } from '../runtime/session';
import type { CompiledFolder } from './compiledFolder';
import { type LossHead, lossHead } from './lossHead';
import { planStage, type StagePlan } from './stagePlan';

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
  private readonly plans = new Map<number, StagePlan>();
  private readonly opened = new Map<string, Promise<unknown>>();
  private readonly sessions: Session[] = [];

  constructor(
    private readonly model: LanguageModel,
    private readonly folder: CompiledFolder,
    private readonly options: { threads: number; layersPerStage: number },
    /** Whose layers: the model's own, or its encoder's. */
    private readonly part: Encoder = { layers: model.config.layers, stage: (a, b) => model.stage(a, b) },
  ) {}

  get stages(): number {
    return Math.ceil(this.part.layers / this.options.layersPerStage);
  }

  plan(index: number): StagePlan {
    const known = this.plans.get(index);
    if (known) return known;
    const from = index * this.options.layersPerStage;
    const to = Math.min(from + this.options.layersPerStage, this.part.layers);
    const plan = planStage(this.part.stage(from, to));
    this.plans.set(index, plan);
    return plan;
  }

  forward(index: number): Promise<Session> {
    return this.once(`forward ${index}`, () => this.open(this.plan(index).forward));
  }

  backward(index: number): Promise<Session> {
    return this.once(`backward ${index}`, () => this.open(this.plan(index).backward));
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
