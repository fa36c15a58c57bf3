import { layout, type Question } from './layout';

/** Layouts of hundreds of nodes take longer than a frame: here they keep nobody waiting. */
self.addEventListener('message', ({ data }: MessageEvent<{ id: number; question: Question }>) => {
  self.postMessage({ id: data.id, places: layout(data.question) });
});
