/** Sorting, searching, colours, and the way from an area to its row. Plain script: it is written into the page as it stands here. */
export const pageScript = String.raw`'use strict';
// Rows that are seen at a glance.
const enough = 12;
for (const section of document.querySelectorAll('.listing')) {
  const table = section.querySelector('table');
  const bodies = [...table.tBodies];
  sortable(table, bodies);
  searchable(section, bodies);
  bodies.forEach(expandable);
}
colours(document.getElementById('colours'));
for (const picture of document.querySelectorAll('.treemap')) picture.addEventListener('click', showRow);

function sortable(table, bodies) {
  const heads = [...table.tHead.rows[0].cells];
  const inLanguage = new Intl.Collator('en', { numeric: true }).compare;
  heads.forEach((head, column) => {
    const isNumber = head.className === 'number';
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const was = head.getAttribute('aria-sort');
      const isDown = was ? was === 'ascending' : isNumber;
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', isDown ? 'descending' : 'ascending');
      const keys = new Map(bodies.map((body) => {
        const cell = body.rows[0].cells[column];
        return [body, isNumber ? Number(cell.dataset.number ?? -1) : cell.textContent];
      }));
      const order = isNumber ? (a, b) => a - b : inLanguage;
      const sign = isDown ? -1 : 1;
      table.append(...[...bodies].sort((a, b) => sign * order(keys.get(a), keys.get(b))));
    });
  });
}

function searchable(section, bodies) {
  const search = section.querySelector('.search');
  const input = search.querySelector('input');
  const status = search.querySelector('[role=status]');
  let texts;
  search.hidden = bodies.length <= enough;
  input.addEventListener('input', () => {
    texts ??= new Map(bodies.map((body) => [body, (body.textContent + ' ' + body.rows[0].title).toLowerCase()]));
    const words = input.value.toLowerCase().split(/\s+/);
    let shown = 0;
    for (const body of bodies) {
      const text = texts.get(body);
      const isFound = words.every((word) => text.includes(word));
      body.hidden = !isFound;
      if (isFound) shown++;
    }
    status.textContent = input.value ? shown + ' of ' + bodies.length : '';
  });
}

function expandable(body) {
  const [row, inside] = body.rows;
  const counts = row.querySelector('.counts');
  if (!inside || !counts) return;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'counts';
  button.textContent = counts.textContent;
  const show = (isShown) => {
    inside.hidden = !isShown;
    button.setAttribute('aria-expanded', String(isShown));
  };
  button.addEventListener('click', () => show(inside.hidden));
  counts.replaceWith(button);
  inside.querySelector('details').open = true;
  inside.querySelector('summary').hidden = true;
  show(false);
}

function showRow({ target }) {
  const body = document.getElementById(target.closest('[data-row]')?.dataset.row ?? '');
  if (!body) return;
  const section = body.closest('.listing');
  if (body.hidden) {
    section.querySelector('input').value = '';
    section.querySelector('input').dispatchEvent(new Event('input'));
  }
  const closed = section.querySelector(':scope > details');
  if (closed) closed.open = true;
  body.tabIndex = -1;
  body.focus({ preventScroll: true });
  body.scrollIntoView({ block: 'center' });
}

function colours(button) {
  const page = document.documentElement;
  const isDark = () => getComputedStyle(page).colorScheme === 'dark'
    || (page.dataset.colours === undefined && matchMedia('(prefers-color-scheme: dark)').matches);
  const name = () => { button.textContent = isDark() ? 'Light' : 'Dark'; };
  button.addEventListener('click', () => {
    page.dataset.colours = isDark() ? 'light' : 'dark';
    name();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', name);
  name();
  button.hidden = false;
}
`;
