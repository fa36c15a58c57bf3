/** Drawings as one picture, twice as fine as on the screen, with the colours of the theme. */

const FINER = 2;
const STYLES = ['fill', 'stroke', 'font-family', 'font-size', 'opacity'] as const;

/** [px] Above the drawings, for the title. */
const TITLE = 28;

/** Drawings where they are on the page, below a title, and words of the page between them. */
export async function pictureOf(title: string, drawings: Element[], words: Element[]): Promise<Blob> {
  if (drawings.length === 0) throw new Error('There is no plot on the page; wait until it is drawn.');
  const boxes = drawings.map((one) => one.getBoundingClientRect());
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  const canvas = document.createElement('canvas');
  canvas.width = FINER * (Math.max(...boxes.map((box) => box.right)) - left);
  canvas.height = FINER * (Math.max(...boxes.map((box) => box.bottom)) - top + TITLE);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser gives no canvas to draw on.');
  context.scale(FINER, FINER);
  const colours = getComputedStyle(document.documentElement);
  context.fillStyle = colours.getPropertyValue('--surface');
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = colours.getPropertyValue('--text');
  context.textBaseline = 'middle';
  context.font = `600 13px ${getComputedStyle(document.body).fontFamily}`;
  context.fillText(title, 12, TITLE / 2);
  context.translate(-left, TITLE - top);
  context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  for (const word of words) {
    const range = document.createRange();
    range.selectNodeContents(word.lastChild ?? word);
    const box = range.getBoundingClientRect();
    context.fillText(word.textContent, box.left, box.top + box.height / 2);
  }
  for (const [at, drawing] of drawings.entries()) {
    const box = boxes[at];
    if (box) context.drawImage(await imageOf(drawing), box.left, box.top, box.width, box.height);
  }
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('The picture is too large.'))),
      'image/png',
    );
  });
}

/** A drawing by itself: what style sheets say is written into it. */
async function imageOf(drawing: Element): Promise<HTMLImageElement> {
  const copy = drawing.cloneNode(true) as Element;
  const originals = [drawing, ...drawing.querySelectorAll('*')];
  [copy, ...copy.querySelectorAll('*')].forEach((one, at) => {
    const original = originals[at];
    if (!original) return;
    const style = getComputedStyle(original);
    for (const name of STYLES) one.setAttribute(name, style.getPropertyValue(name));
  });
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  const image = new Image();
  const text = new XMLSerializer().serializeToString(copy);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  return image;
}
