/** Our elements on other people's pages: `<script type="module" src="http://HOST:7845/embed.js"></script>`. */
import { ELEMENTS, surround } from './surround.ts';

surround(new URL(import.meta.url).origin);
for (const [name, element] of Object.entries(ELEMENTS))
  if (!customElements.get(name)) customElements.define(name, element);
