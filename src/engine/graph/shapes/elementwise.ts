import { l10n } from '../../../protocol/l10n';
import { broadcastShapes } from '../dims';
import { type ElementType, intAttribute, MICROSOFT } from '../graph';
import { DATA_TYPES } from '../onnxSchema';
import { type Inference, type InferenceTable, inputType, same, sameShape } from './inference';

const shapes: (...of: Parameters<Inference>) => ReturnType<typeof broadcastShapes> = (node, graph) =>
  node.inputs
    .filter(Boolean)
    .map((value) => graph.shapeOf(value))
    .reduce<ReturnType<typeof broadcastShapes>>(broadcastShapes, []);

const broadcast: Inference = (node, graph) => [
  { type: inputType(node, graph, 0).type, shape: shapes(node, graph) },
];

const compare: Inference = (node, graph) => [{ type: 'bool', shape: shapes(node, graph) }];

const where: Inference = (node, graph) => [
  { type: inputType(node, graph, 1).type, shape: shapes(node, graph) },
];

const cast: Inference = (node, graph) => {
  const number = intAttribute(node, 'to', 0);
  const type = Object.entries(DATA_TYPES).find(([, value]) => value === number)?.[0];
  if (!type) throw new Error(l10n`Cast ${node.name} to element type ${number}, which is not supported`);
  return [{ type: type as ElementType, shape: inputType(node, graph, 0).shape }];
};

const castLike: Inference = (node, graph) => [
  { type: inputType(node, graph, 1).type, shape: inputType(node, graph, 0).shape },
];

const table = (operators: string, inference: Inference): InferenceTable =>
  Object.fromEntries(operators.split(' ').map((operator) => [operator, inference]));

/** The value, and which of its elements were kept. */
const dropout: Inference = (node, graph) => {
  const { type, shape } = inputType(node, graph, 0);
  return [
    { type, shape },
    { type: 'bool', shape },
  ];
};

export const ELEMENTWISE: InferenceTable = {
  ...table('Add Sub Mul Div Pow Mod Max Min Sum Mean PRelu BitwiseAnd BitwiseOr BitShift', broadcast),
  ...table('Equal Less LessOrEqual Greater GreaterOrEqual And Or Xor', compare),
  ...table('IsNaN IsInf', sameShape('bool')),
  ...table(
    'Abs Atan Ceil Cos Elu Erf Exp Floor Gelu HardSigmoid HardSwish Identity LeakyRelu Log Neg Not',
    same,
  ),
  ...table('Reciprocal Relu Round Selu Sigmoid Sign Sin Softplus Softsign Sqrt Tan Tanh Mish Clip', same),
  Where: where,
  Cast: cast,
  Dropout: dropout,
  CastLike: castLike,
  ...table(`${MICROSOFT}:QuickGelu ${MICROSOFT}:Gelu ${MICROSOFT}:FastGelu ${MICROSOFT}:BiasGelu`, same),
};
