/** Whether this browser shows notifications: a choice that is kept in it, for this project's address alone. */
import { html, render, type TemplateResult } from 'lit';
import { under } from '../../shared/base-path.ts';

const KEY = 'signalbox-notifications';
const ON = 'on';

/** Whether this browser can show notifications; if not, why. */
type Ability = 'absent' | 'insecure' | 'denied' | 'able';

export function isOn(): boolean {
  try {
    return localStorage.getItem(KEY + under('')) === ON && abilityOf() === 'able';
  } catch {
    return false;
  }
}

function abilityOf(): Ability {
  if (!isSecureContext) return 'insecure';
  if (!('Notification' in globalThis)) return 'absent';
  return Notification.permission === 'denied' ? 'denied' : 'able';
}

const listeners = new Set<() => void>();

/** Called when it is switched, in this tab or in another. */
export function onSwitch(listener: () => void): void {
  listeners.add(listener);
  addEventListener('storage', ({ key }) => {
    if (key === KEY + under('')) listener();
  });
}

async function turn(on: boolean): Promise<void> {
  // Only a press may ask for it.
  const permission = on ? await Notification.requestPermission() : 'granted';
  if (permission === 'granted') localStorage.setItem(KEY + under(''), on ? ON : 'off');
  for (const listener of listeners) listener();
}

/** Draws the switch, and keeps it true. */
export function drawSwitch(place: HTMLElement): void {
  const draw = () => render(view(), place);
  onSwitch(draw);
  place.replaceChildren();
  draw();
}

function view(): TemplateResult {
  switch (abilityOf()) {
    case 'absent':
      return html`<p class="aside">This browser shows no notifications.</p>`;
    case 'insecure':
      return html`<p class="aside">This browser shows notifications only for an address with https, or of this machine.</p>`;
    case 'denied':
      return html`<p class="aside">You have told this browser to show no notifications of this address. Its own settings change that.</p>`;
    case 'able':
      return isOn()
        ? html`<p>This browser shows notifications while a page of this project is open in a tab.</p><button type="button" @click=${() => turn(false)}>Show none in this browser</button>`
        : html`<p>This browser shows no notifications.</p><button type="button" @click=${() => turn(true)}>Show notifications in this browser</button>`;
  }
}
