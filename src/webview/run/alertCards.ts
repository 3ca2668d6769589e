import { button, iconButton } from '../kit/controls';
import { el, fill, onChange, setText, show } from '../kit/dom';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import type { Alert, AlertName } from './alertRule';
import { alertsOf } from './alerts';
import { comparePaired } from './pairedComparison';
import type { Component, PanelContext } from './panelContext';

/** What a reader of the curves would say, with what to try; each can be put away for this run. */
export function alertCards(context: PanelContext): Component {
  const list = el('div', { class: 'alerts' });
  // Cards change with every step; only what is new is read out.
  const announced = el('p', { class: 'sr-only', 'aria-live': 'polite' });
  const element = el('section', { class: 'alert-place', 'aria-label': t('Alerts') }, list, announced);
  let shown = new Set<AlertName>();
  let folder: string | undefined;
  let dismissed: readonly string[] = [];
  const cards = new Map<AlertName, Card>();
  const changed = onChange();

  return {
    element,
    update({ run }, view) {
      dismissed = view.dismissed ?? [];
      const progress = run?.progress;
      if (!changed(progress?.curve, progress?.evaluations, progress?.state, run?.record, view.dismissed))
        return;
      if (run?.folder !== folder) shown = new Set();
      folder = run?.folder;
      const paired = run && comparePaired(run.predictions);
      const alerts = run ? alertsOf({ record: run.record, progress: run.progress, paired }, shown) : [];
      const fresh = alerts.filter(({ name }) => !shown.has(name) && !dismissed.includes(name));
      shown = new Set(alerts.map(({ name }) => name));
      if (fresh.length > 0)
        setText(announced, fresh.map(({ title, advice }) => `${title}. ${advice}`).join(' '));
      arrange(alerts.filter(({ name }) => !dismissed.includes(name)));
    },
  };

  function arrange(alerts: readonly Alert[]): void {
    show(element, alerts.length > 0);
    const kept = alerts.map((alert) => {
      const card = cards.get(alert.name) ?? alertCard(alert.name);
      cards.set(alert.name, card);
      card.set(alert);
      return card.element;
    });
    const same = kept.length === list.children.length && kept.every((one, i) => one === list.children[i]);
    if (!same) fill(list, ...kept);
  }

  function alertCard(name: AlertName): Card {
    const title = el('h2', {});
    const seen = el('p', {});
    const advice = el('p', { class: 'alert-advice' });
    let setting = '';
    const open = button({
      label: t('Open setting'),
      icon: 'file',
      title: t('Open the task file at this setting'),
      onClick: () => context.send({ type: 'openTask', setting }),
    });
    return {
      element: el(
        'article',
        { class: 'banner attention alert', 'data-alert': name },
        icon('warning'),
        el('div', { class: 'banner-body' }, title, seen, advice),
        el('div', { class: 'alert-side' }, open),
        iconButton('cross', t('Dismiss'), () => context.keep({ dismissed: [...dismissed, name] })),
      ),
      set(alert) {
        setText(title, alert.title);
        setText(seen, alert.seen);
        setText(advice, alert.advice);
        setting = alert.setting;
      },
    };
  }
}

interface Card {
  element: HTMLElement;
  set(alert: Alert): void;
}
