import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/engine/gradient/ruleTable';
import { ACTIVATION } from './cases/activation';
import type { RuleCases } from './cases/building';
import { ELEMENTWISE } from './cases/elementwise';
import { INDEXING } from './cases/indexing';
import { LAYOUT } from './cases/layout';
import { MATRIX } from './cases/matrix';
import { NORMALISATION } from './cases/normalisation';
import { QUANTISED } from './cases/quantised';
import { REDUCTION } from './cases/reduction';
import { ROTARY } from './cases/rotary';
import { checkRule, type RuleCase, turned } from './numericCheck';

/**
 * At least one case for each operator of the rule table; more where attributes, shapes or optional inputs change
 * the rule.
 */
const CASES: RuleCases = {
  ...ELEMENTWISE,
  ...ACTIVATION,
  ...MATRIX,
  ...LAYOUT,
  ...INDEXING,
  ...REDUCTION,
  ...NORMALISATION,
  ...ROTARY,
  ...QUANTISED,
};

it('has a case for every rule', () => {
  expect(Object.keys(CASES).sort()).toEqual(Object.keys(RULES).sort());
});

async function expectRight(rule: RuleCase): Promise<void> {
  const { analytic, numeric } = await checkRule(rule);
  expect(Math.abs(numeric)).toBeGreaterThan(1e-3);
  expect(Math.abs(analytic - numeric) / Math.abs(numeric)).toBeLessThan(2e-3);
}

for (const [operator, cases] of Object.entries(CASES)) {
  describe(operator, () => {
    it.each(Object.entries(cases))('%s', async (_, rule) => {
      await expectRight(rule);
      await expectRight(turned(rule));
    });
  });
}
