import type { Graph } from '../graph/graph';
import type { Encoder, Head, LanguageModel, Stage } from '../models/languageModel';
import { Session } from '../runtime/session';
import type { CompiledFolder } from './compiledFolder';
import type { CompiledForm } from './compiledForm';
import { hasConstantWork } from './constantWork';
import { type FrozenPlan, planFrozen } from './frozenPlan';
import { type LossHead, lossHead } from './lossHead';
import { planStage, type StagePlan } from './stagePlan';

export interface LossSessions {
  plan: LossHead;
  scoring: Session;
  training: Session;
}

export interface StageOptions extends Pick<CompiledForm, 'rewrite'> {
  threads: number;
  layersPerStage: number;
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
    private readonly options: StageOptions,
    /** Whose layers: the model's own, or its encoder's. */
    private readonly part: Encoder = { layers: model.config.layers, stage: (a, b) => model.stage(a, b) },
  ) {}

  get stages(): number {
    return Math.ceil(this.part.layers / this.options.layersPerStage);
  }

  /** Whether the prompt can go along as the first of a batch's rows. */
  get promptAsRow(): boolean {
    return this.plan(0).stage.ports.side.some(({ kind }) => kind === 'sharedEnd');
  }

  plan(index: number): StagePlan {
    const known = this.plans.get(index);
    if (known) return known;
    const plan = planStage(this.buildStage(index));
    this.plans.set(index, plan);
    return plan;
  }

  forward(index: number): Promise<Session> {
    return this.once(`forward ${index}`, () =>
      this.open(this.options.rewrite(this.plan(index).forward, 'forward')),
    );
  }

  backward(index: number): Promise<Session> {
    return this.once(`backward ${index}`, () =>
      this.open(this.options.rewrite(this.plan(index).backward, 'backward')),
    );
  }

  /** The way back through a stage whose past never changes. */
  frozenBackward(index: number): Promise<{ plan: FrozenPlan; session: Session }> {
    return this.once(`frozen backward ${index}`, async () => {
      const plan = planFrozen(this.buildStage(index), this.plan(index));
      return { plan, session: await this.open(this.options.rewrite(plan.backward, 'backward')) };
    });
  }

  /** The session of a graph that is none of the model's; made when first asked for by this name. */
  other(name: string, make: () => Graph): Promise<Session> {
    return this.once(name, () => this.open(make()));
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

  private buildStage(index: number): Stage {
    const from = index * this.options.layersPerStage;
    return this.part.stage(from, Math.min(from + this.options.layersPerStage, this.part.layers));
  }

  private async open(graph: Graph): Promise<Session> {
    const session = await Session.open(await this.folder.write(graph), {
      threads: this.options.threads,
      optimise: hasConstantWork(graph),
    });
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
