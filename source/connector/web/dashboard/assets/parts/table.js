// @ts-check
import { html } from "../lib/html.js";
import { Icon } from "./icons.js";

/**
 * @typedef {object} Column
 * @property {string} key
 * @property {any} label
 * @property {(row: any) => any} [cell] what is shown; none: row[key]
 * @property {boolean} [num] right, with figures of one width
 * @property {boolean} [sortable]
 * @property {string} [className]
 */

/**
 * A table; on a phone each row is a card, its cells with their labels.
 * Rows that do something have a link or a button in a cell: a row itself has no keyboard.
 * @param {{caption: string, columns: Column[], rows: any[], keyOf: (row: any) => string,
 *   sort?: {key: string, isDown: boolean}, onSort?: (key: string) => void,
 *   rowClass?: (row: any) => string, empty?: any}} props
 */
export function DataTable({ caption, columns, rows, keyOf, sort, onSort, rowClass, empty }) {
  if (rows.length === 0 && empty) return empty;
  return html`<div class="table-wrap" role="region" aria-label=${caption} tabindex="0"><table class="table">
    <caption class="visually-hidden">${caption}</caption>
    <thead><tr>${columns.map((column) => html`<${Head} key=${column.key} column=${column} sort=${sort} onSort=${onSort} />`)}</tr></thead>
    <tbody>${rows.map(
      (row) => html`<tr key=${keyOf(row)} class=${rowClass?.(row) ?? ""}>
        ${columns.map((column) => html`<${Cell} key=${column.key} column=${column} row=${row} />`)}
      </tr>`,
    )}</tbody>
  </table></div>`;
}

/** What stands over buttons: read, not seen. */
const UNNAMED = html`<span class="visually-hidden">Actions</span>`;

/** @param {any} props */
function Head({ column, sort, onSort }) {
  const kind = `${column.num ? "num" : ""} ${column.className ?? ""}`;
  const isSorted = sort?.key === column.key;
  const order = isSorted ? (sort.isDown ? "descending" : "ascending") : undefined;
  if (!column.sortable || !onSort) return html`<th scope="col" class=${kind}>${column.label || UNNAMED}</th>`;
  return html`<th scope="col" class=${kind} aria-sort=${order}>
    <button class="sort" type="button" onClick=${() => onSort(column.key)}>
      ${column.label}${isSorted && html`<${Icon} name=${sort.isDown ? "down" : "up"} size=${14} />`}
    </button>
  </th>`;
}

/** @param {any} props */
function Cell({ column, row }) {
  const kind = `${column.num ? "num" : ""} ${column.className ?? ""}`;
  const label = typeof column.label === "string" ? column.label : "";
  return html`<td class=${kind} data-label=${label}>${column.cell ? column.cell(row) : row[column.key]}</td>`;
}
