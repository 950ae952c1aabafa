/** Where the ink of Urdu goes: out of a box that cuts it, out of the box it is drawn in, or into another line. */
import type { Page } from '@playwright/test';

/** What is wrong on the page, in words; empty if every letter has its room. */
export async function inkOutOfPlace(page: Page): Promise<string[]> {
  await page.evaluate(() => document.fonts.ready);
  return page.evaluate(() => {
    const urdu = /[\u0600-\u06ff]/;
    // Bounding boxes of words on a slope touch before the words do: by so much, in parts of the letters' size.
    const touching = 0.3;
    const context = document.createElement('canvas').getContext('2d');
    if (!context) throw new Error('no canvas');
    const measured = (text: string, style: CSSStyleDeclaration) => {
      context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
      context.direction = 'rtl';
      return context.measureText(text);
    };
    const problems: string[] = [];
    const words: { text: string; block: Element; line: number; left: number; right: number; top: number; bottom: number; size: number }[] = [];
    const visible = (element: Element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });

    const checkBoxes = (text: string, parent: Element, top: number, bottom: number) => {
      let isDrawn = false;
      for (let box: Element | null = parent; box && box !== document.body; box = box.parentElement) {
        const style = getComputedStyle(box);
        const { top: edge } = box.getBoundingClientRect();
        if (style.display.startsWith('inline') && !style.display.includes('-')) continue;
        const [border, height] = [edge + box.clientTop, box.clientHeight];
        // The page shows a part of what scrolls; what must have room is the whole.
        const scrolls = ['auto', 'scroll'].includes(style.overflowY);
        const from = scrolls ? border - box.scrollTop : border;
        const to = from + (scrolls ? box.scrollHeight : height);
        const cuts = style.overflowY !== 'visible';
        const paints = style.backgroundColor !== 'rgba(0, 0, 0, 0)' || Number.parseFloat(style.borderBlockStartWidth) > 0;
        if ((cuts || (paints && !isDrawn)) && (top < from - 1 || bottom > to + 1)) {
          const by = Math.max(from - top, bottom - to).toFixed(1);
          problems.push(`“${text}” is ${by} px out of ${box.tagName.toLowerCase()}.${box.className} (${cuts ? 'cut' : 'drawn over its edge'})`);
        }
        isDrawn ||= paints;
        // Whatever is further out shows what this one has scrolled to.
        if (scrolls && box.scrollHeight > height) return;
      }
    };

    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
      const parent = node.parentElement;
      if (!parent || !urdu.test(node.data) || !visible(parent) || parent.closest('.hidden, .skip, option, .mirror')) continue;
      const style = getComputedStyle(parent);
      let block: Element = parent;
      while (block.parentElement && getComputedStyle(block).display === 'inline') block = block.parentElement;
      for (const { 0: text, index } of node.data.matchAll(/\S*[\u0600-\u06ff]\S*/g)) {
        const range = document.createRange();
        range.setStart(node, index);
        range.setEnd(node, index + text.length);
        for (const rect of range.getClientRects()) {
          if (rect.width === 0) continue;
          const ink = measured(text, style);
          const baseline = rect.top + (rect.height - ink.fontBoundingBoxAscent - ink.fontBoundingBoxDescent) / 2 + ink.fontBoundingBoxAscent;
          const [top, bottom] = [baseline - ink.actualBoundingBoxAscent, baseline + ink.actualBoundingBoxDescent];
          checkBoxes(text, parent, top, bottom);
          words.push({ text, block, line: baseline, left: rect.left, right: rect.right, top, bottom, size: Number.parseFloat(style.fontSize) });
        }
      }
    }
    for (const [at, one] of words.entries()) {
      for (const other of words.slice(at + 1)) {
        if (other.block !== one.block || Math.abs(other.line - one.line) < 2) continue;
        const side = Math.min(one.right, other.right) - Math.max(one.left, other.left);
        const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
        if (side > 1 && height > touching * one.size) problems.push(`“${one.text}” and “${other.text}” are ${height.toFixed(1)} px into each other`);
      }
    }

    for (const field of document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')) {
      const shown = field.value || field.placeholder;
      if (!urdu.test(shown) || !visible(field) || ['hidden', 'radio', 'checkbox'].includes(field.type)) continue;
      const style = getComputedStyle(field, field.value ? undefined : '::placeholder');
      const own = getComputedStyle(field);
      const ink = measured(shown, style);
      const line = Number.parseFloat(style.lineHeight);
      const [above, below] = [Number.parseFloat(own.paddingTop), Number.parseFloat(own.paddingBottom)];
      const room = field instanceof HTMLTextAreaElement ? line : field.clientHeight - above - below;
      const baseline = above + (room - ink.fontBoundingBoxAscent - ink.fontBoundingBoxDescent) / 2 + ink.fontBoundingBoxAscent;
      const lowest = field instanceof HTMLTextAreaElement ? field.scrollHeight - below - line + baseline - above : baseline;
      if (baseline - ink.actualBoundingBoxAscent < -1 || lowest + ink.actualBoundingBoxDescent > field.scrollHeight + 1) {
        problems.push(`the field ${field.id || field.name} cuts “${shown}”`);
      }
    }
    return [...new Set(problems)];
  });
}
