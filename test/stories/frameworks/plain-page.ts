import { hear, token } from './told.ts';

const queue = document.createElement('attention-queue');
queue.setAttribute('query', 'kind=decision');
Object.assign(queue, { getToken: async () => token });
for (const type of ['before-answer', 'connection-change', 'attention-change'])
  queue.addEventListener(type, hear);
const badge = document.createElement('attention-badge');
badge.setAttribute('token', token);
document.body.append(queue, badge);
