import { expect, it } from 'vitest';
import { chooseVariants, VARIANTS } from '../../bench/compare/variants';

const names = (only?: string) => chooseVariants(only).map(({ name }) => name);

it('are chosen by name or a part of it, in their own order', () => {
  expect(chooseVariants()).toEqual(VARIANTS);
  expect(names('int8|PEFT')).toEqual(['PEFT, stock', 'Softprompt, int8', 'Softprompt, int8, frozen']);
  expect(names('Softprompt, int8')).toEqual(['Softprompt, int8']);
  expect(names('nothing')).toEqual([]);
});
