/** Creates an element: `h('li', { class: 'x' }, 'text', child)`. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** Creates an SVG element in the same way. */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

export const $ = (id) => document.getElementById(id);

/** Returns a shape of the sprite in index.html. */
export const shape = (name, className = 'shape') =>
  s('svg', { class: className, 'aria-hidden': 'true' }, s('use', { href: `#${name}` }));

/** Changes the text only if it is new, so that screen readers and selections are not disturbed. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setAttribute(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

/** Keeps one element per item, in the order of the items. `make` creates an element, `update` fills it. */
export function keyed(parent, items, { key, make, update }) {
  const old = new Map([...parent.children].map((element) => [element.dataset.key, element]));
  items.forEach((item, index) => {
    const id = key(item);
    const element = old.get(id) ?? make(item);
    element.dataset.key = id;
    old.delete(id);
    if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null);
    update(element, item);
  });
  for (const element of old.values()) element.remove();
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
