/** Typing pauses this long before it is written. */
const QUIET_MILLISECONDS = 250;

const all = new Set<LiveText>();

/** Writes what is typed and not written yet. */
export function flushAll(): void {
  for (const one of all) one.flush();
}

/** A text box whose content lives in the task file: typing is written after a pause, and news never take the caret away. */
export class LiveText {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly control: HTMLInputElement | HTMLTextAreaElement,
    private readonly write: (text: string) => void,
  ) {
    control.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.flush(), QUIET_MILLISECONDS);
    });
    control.addEventListener('blur', () => this.flush());
    all.add(this);
  }

  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.control.validity.badInput) return; // half a number
    this.write(this.control.value);
  }

  /** The file's text. What is being typed stays, and so does the caret. */
  set(text: string): void {
    if (this.#timer !== undefined) return;
    if (this.control.value !== text) replaceAround(this.control, text);
  }

  /** No longer on the page. */
  drop(): void {
    clearTimeout(this.#timer);
    all.delete(this);
  }
}

/** Puts in another text; the caret stays between the same letters, as far as they are still there. */
function replaceAround(control: HTMLInputElement | HTMLTextAreaElement, text: string): void {
  const before = control.value;
  const { selectionStart, selectionEnd } = control;
  control.value = text;
  if (document.activeElement !== control || selectionStart === null || selectionEnd === null) return;
  const most = Math.min(before.length, text.length);
  let head = 0;
  while (head < most && before[head] === text[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === text.at(-1 - tail)) tail += 1;
  const move = (at: number): number => {
    if (at <= head) return at;
    return at >= before.length - tail ? at + text.length - before.length : text.length - tail;
  };
  control.setSelectionRange(move(selectionStart), move(selectionEnd));
}
