/** Our elements on other people's pages: `<script type="module" src="http://HOST:7845/embed.js"></script>`. */
import { ELEMENTS, register, surround } from './surround.ts';

surround(new URL(import.meta.url).origin);
for (const name of Object.keys(ELEMENTS)) register(name as keyof typeof ELEMENTS);
