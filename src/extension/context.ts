import type { ComparePanel } from './compare/comparePanel';
import type { LabelsView } from './labels/labelsView';
import type { RunPanel } from './panel/panel';
import type { DatasetProblems } from './problems/datasetProblems';
import type { TaskChecks } from './problems/taskChecks';
import type { Services } from './services';
import type { ModelsView } from './sidebar/modelsView';
import type { TasksView } from './sidebar/tasksView';

/** All that commands and features have in common: the services, and the parts that a person sees. */
export interface Softprompt extends Services {
  readonly checks: TaskChecks;
  readonly problems: DatasetProblems;
  readonly labels: LabelsView;
  readonly models: ModelsView;
  readonly panel: RunPanel;
  readonly compare: ComparePanel;
  readonly tasksView: TasksView;
}
