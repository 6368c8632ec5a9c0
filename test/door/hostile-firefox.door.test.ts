import { hostileStories } from './hostile-stories.ts';

hostileStories('Firefox');
