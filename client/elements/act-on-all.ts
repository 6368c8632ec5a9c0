import { bulkInput, bulkWords } from '../../shared/bulk.ts';
import { takingUnknown } from '../../shared/unknown-input.ts';
import type { Notice } from '../../shared/views/action-form.ts';
import type { Connection } from '../link/connection.ts';
import { fieldsOf, newKey, sendSoon } from '../link/submit.ts';

/** Sends the form for all units that a filter shows, and says what came of it. */
export function actOnAll(connection: Connection, data: FormData, tell: (notice: Notice) => void): void {
  const input = { ...bulkInput(fieldsOf(data)), key: newKey() };
  tell({ tone: 'busy', message: 'Sending …', field: null });
  sendSoon(connection, (signal) =>
    takingUnknown(connection.client.units.bulk.mutate)(input, { signal }),
  ).then(
    (outcome) => tell({ tone: 'ended', message: bulkWords(outcome), field: null }),
    (error: Error) => tell({ tone: 'wrong', message: error.message, field: null }),
  );
}
