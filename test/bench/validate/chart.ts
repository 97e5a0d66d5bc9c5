import { readFileSync, writeFileSync } from 'node:fs';

/** One row of a table of the page. */
interface Bar {
  readonly name: string;
  readonly perSecond: number;
  readonly isOurs: boolean;
}

interface Panel {
  /** Such as `Node 24`. */
  readonly title: string;
  readonly bars: readonly Bar[];
}

const width = 900;
const labelWidth = 470;
const barHeight = 22;
const rowHeight = 30;
const panelPadding = 44;

/** Draws the requests per second of every table between the comments of the page. */
export function drawChart(page: string): string {
  const panels = panelsOf(page);
  const most = Math.max(...panels.flatMap(({ bars }) => bars.map(({ perSecond }) => perSecond)));
  let top = 16;
  const parts = panels.map((panel) => {
    const start = top;
    top += panelPadding + panel.bars.length * rowHeight;
    return drawPanel(panel, start, most);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" width="${width}" height="${top}" role="img" font-family="system-ui, sans-serif" font-size="14">
<title>Requests per second of validateToken</title>
<rect width="${width}" height="${top}" rx="8" fill="#ffffff"/>
${parts.join('\n')}
</svg>
`;
}

export function writeChart(page: URL, image: URL): void {
  writeFileSync(image, drawChart(readFileSync(page, 'utf8')));
}

function panelsOf(page: string): readonly Panel[] {
  const [, rest = ''] = page.split('<!-- bench:validate:start -->');
  const [tables = ''] = rest.split('<!-- bench:validate:end -->');
  return tables
    .split(/(?=^Node \d+:)/m)
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const [title = '', ...lines] = part.trim().split('\n');
      const rows = lines.filter((line) => line.startsWith('| ')).slice(2);
      return { title: title.replace(':', ''), bars: rows.map(barOf) };
    });
}

function barOf(row: string): Bar {
  const cells = row.split('|').map((cell) => cell.trim());
  const name = cells[1] ?? '';
  // The last three columns are requests per second, p50 and p99; the row ends with a bar.
  const perSecond = Number(cells.at(-4)?.replaceAll(',', ''));
  return { name: name.replaceAll(/[`*]/g, ''), perSecond, isOurs: name.startsWith('**') };
}

function drawPanel({ title, bars }: Panel, top: number, most: number): string {
  const rows = bars.map(({ name, perSecond, isOurs }, index) => {
    const y = top + 28 + index * rowHeight;
    const length = Math.max(2, Math.round((perSecond / most) * (width - labelWidth - 90)));
    const [fill, weight] = isOurs ? ['#0969da', 600] : ['#8c959f', 400];
    return `<text x="${labelWidth - 12}" y="${y + 16}" text-anchor="end" fill="#1f2328" font-weight="${weight}">${name}</text>
<rect x="${labelWidth}" y="${y}" width="${length}" height="${barHeight}" rx="3" fill="${fill}"/>
<text x="${labelWidth + length + 8}" y="${y + 16}" fill="#1f2328">${perSecond.toLocaleString('en')}</text>`;
  });
  return `<text x="16" y="${top + 16}" fill="#1f2328" font-weight="600">${title}, requests per second</text>
${rows.join('\n')}`;
}
