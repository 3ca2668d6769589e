import type { RenderedPrompt } from '../../protocol/dataset';
import { count } from '../wording';

const RULE = '─'.repeat(40);

/** A row's prompt as a plain text page: what the model reads, the virtual tokens marked, the label words listed. */
export function previewText(prompt: RenderedPrompt): string {
  const facts = [`Row ${prompt.row}`, count(prompt.tokens, 'token')];
  if (prompt.cutTokens > 0) facts.push(`${count(prompt.cutTokens, 'token')} cut to fit the limit`);
  facts.push(`target: ${prompt.target}`);

  const body = prompt.segments
    .map((segment, index) => {
      if (segment.kind === 'text') return segment.text;
      // At the beginning on a line of its own; behind text where it stands.
      return `⟦${count(segment.count, 'virtual token')}⟧${index === 0 ? '\n' : ''}`;
    })
    .join('');
  const lines = [facts.join(' · '), RULE, body, RULE];

  if (prompt.labelWords?.length) {
    const width = Math.max(...prompt.labelWords.map(({ label }) => label.length));
    lines.push(
      prompt.classHead
        ? 'Class head, trained beside the prompt; each class starts from a text:'
        : 'Label words, whose likelihood stands for each class:',
    );
    for (const { label, word } of prompt.labelWords) {
      lines.push(`  ${label.padEnd(width)}  ${JSON.stringify(word)}${label === prompt.target ? '  ←' : ''}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
