/** Our elements on other people's pages: `<script type="module" src="http://HOST:7845/embed.js"></script>`. */
import { homeOf } from '../../shared/base-path.ts';
import { ELEMENTS, surround } from './surround.ts';

surround(homeOf(new URL('.', import.meta.url)));
for (const [name, element] of Object.entries(ELEMENTS))
  if (!customElements.get(name)) customElements.define(name, element);
