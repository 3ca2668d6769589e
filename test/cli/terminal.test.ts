import { describe, expect, it } from 'vitest';
import { Terminal } from '../../src/cli/terminal';

function streams(isTTY: boolean, columns = 20) {
  const make = () => {
    const stream = { text: '', isTTY, columns, write: (text: string) => (stream.text += text) };
    return stream;
  };
  return { output: make(), messages: make() };
}

describe('Terminal', () => {
  it('redraws the progress line in place and clears it before other text', () => {
    const { output, messages } = streams(true);
    const terminal = new Terminal({}, output, messages, {});
    terminal.progress('step 1');
    terminal.progress('a line that is longer than the window');
    terminal.note('hello');
    expect(messages.text).toBe('\r\u001b[2Kstep 1\r\u001b[2Ka line that is lon…\r\u001b[2Khello\n');
  });

  it('shows no progress where nobody watches', () => {
    const { output, messages } = streams(false);
    const terminal = new Terminal({}, output, messages, {});
    terminal.progress('step 1');
    expect(messages.text).toBe('');
    expect(terminal.live).toBe(false);
  });

  it('writes JSON lines alone with --json', () => {
    const { output, messages } = streams(true);
    const terminal = new Terminal({ json: true }, output, messages, {});
    terminal.json({ type: 'step', step: 1 });
    terminal.print('a table');
    terminal.note('a note');
    terminal.progress('step 1');
    terminal.error('it broke');
    expect(output.text).toBe('{"type":"step","step":1}\n');
    expect(messages.text).toBe('it broke\n');
  });

  it('keeps results and errors with --quiet', () => {
    const { output, messages } = streams(true);
    const terminal = new Terminal({ quiet: true }, output, messages, {});
    terminal.json({});
    terminal.note('a note');
    terminal.progress('step 1');
    terminal.print('result');
    terminal.error('it broke');
    expect([output.text, messages.text]).toEqual(['result\n', 'it broke\n']);
  });

  it.each([
    ['a window', true, {}, '\u001b[1mbold\u001b[22m'],
    ['a pipe', false, {}, 'bold'],
    ['NO_COLOR', true, { NO_COLOR: '1' }, 'bold'],
    ['an empty NO_COLOR, which says nothing', true, { NO_COLOR: '' }, '\u001b[1mbold\u001b[22m'],
    ['a dumb terminal', true, { TERM: 'dumb' }, 'bold'],
  ])('colours for %s', (_, isTTY, environment, expected) => {
    const { output, messages } = streams(isTTY);
    const terminal = new Terminal({}, output, messages, environment);
    expect(terminal.style('bold', 'bold')).toBe(expected);
  });
});
