import { type Environment, Interpreter } from '@huggingface/jinja';
import { l10n } from '../../../protocol/l10n';
import { CHAT_LIMITS } from './limits';
import { STRIPS } from './pythonStrip';

type Statement = Parameters<Interpreter['evaluate']>[0];
type Value = ReturnType<Interpreter['evaluate']>;

/** The few kinds of statements that are looked into here; the library keeps their types to itself. */
interface Call {
  callee: {
    type: string;
    computed?: boolean;
    object?: Statement;
    property?: { type: string; value?: unknown };
  };
  args: Statement[];
}
interface Filter {
  operand: Statement;
  filter: { type: string; value?: unknown };
}

/** Counts what it evaluates and measures what comes out: no loop runs for ever, and nothing doubles without end. */
export class BoundedInterpreter extends Interpreter {
  private steps = 0;

  override evaluate(statement: Statement, environment: Environment): Value {
    if (++this.steps > CHAT_LIMITS.steps)
      throw new Error(l10n`it takes more than ${CHAT_LIMITS.steps} steps`);
    const result = this.stripped(statement, environment) ?? super.evaluate(statement, environment);
    const { value } = result;
    if (typeof value === 'string' && value.length > CHAT_LIMITS.characters) {
      throw new Error(l10n`it makes a text of more than ${CHAT_LIMITS.characters} characters`);
    }
    if (Array.isArray(value) && value.length > CHAT_LIMITS.elements) {
      throw new Error(l10n`it makes a list of more than ${CHAT_LIMITS.elements} elements`);
    }
    return result;
  }

  /** Python's `strip(characters)` and `| trim`: the library takes no characters, and means other white space. */
  private stripped(statement: Statement, environment: Environment): Value | undefined {
    if (statement?.type === 'FilterExpression') {
      const { operand, filter } = statement as unknown as Filter;
      if (filter.type !== 'Identifier' || filter.value !== 'trim') return undefined;
      return this.stripText(this.evaluate(operand, environment), 'strip');
    }
    if (statement?.type !== 'CallExpression') return undefined;
    const { callee, args } = statement as unknown as Call;
    const name = callee.property?.value;
    if (callee.type !== 'MemberExpression' || callee.computed || !Object.hasOwn(STRIPS, String(name))) {
      return undefined;
    }
    const characters = args[0] && this.evaluate(args[0], environment).value;
    const object = this.evaluate(callee.object, environment);
    return this.stripText(object, String(name), typeof characters === 'string' ? characters : undefined);
  }

  private stripText(text: Value, name: string, characters?: string): Value | undefined {
    if (typeof text.value !== 'string') return undefined;
    const Text = text.constructor as new (value: string) => Value;
    return new Text(STRIPS[name]!(text.value, characters));
  }
}
