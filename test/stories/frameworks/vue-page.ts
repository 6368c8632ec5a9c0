/** Vue hands a value to a property where the element has one, and listens to any event. */
import { createApp, h, ref } from 'vue';
import { hear, token } from './told.ts';

const getToken = async () => token;

const app = createApp({
  setup() {
    const items = ref<number | null>(null);
    const count = (event: CustomEvent<{ items: number }>) => {
      hear(event);
      items.value = event.detail.items;
    };
    return () =>
      h('main', [
        h('attention-queue', {
          getToken,
          query: 'kind=decision',
          'onBefore-answer': hear,
          'onConnection-change': hear,
          'onAttention-change': count,
        }),
        h('attention-badge', { token }),
        h('output', String(items.value ?? '')),
      ]);
  },
});
app.config.compilerOptions.isCustomElement = (tag) => tag.includes('-');
const root = document.createElement('div');
document.body.append(root);
app.mount(root);
