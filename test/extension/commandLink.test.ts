import { expect, it } from 'vitest';
import { commandLink } from '../../src/extension/commandLink';

it('is one link, whatever a file is called', () => {
  const file = '/w/a) [b](command:evil (1).csv';
  const link = commandLink('Tune', 'softprompt.tune', file);
  const [, query] = /^\[Tune\]\(command:softprompt\.tune\?([^()[\]\s]+)\)$/.exec(link)!;
  expect(JSON.parse(decodeURIComponent(query!))).toEqual([file]);
});
