import { test } from 'node:test';
import { playHistories } from './answers-histories.ts';

test('many random histories: an answer reaches its asker or a run that ends well, or its unit is not DONE and says so', (t) =>
  playHistories(t, Number(process.env.SIGNALBOX_HISTORIES ?? 1000)));
