/** Lists, below the answer, what the last answer withheld and what would open it. */
import type { Withheld } from './withheld';

function place({ path, subject }: Withheld): string {
  if (subject) return `of customer ${subject}`;
  return `at ${Array.isArray(path) ? path.join('.') : path}`;
}

function Entry(entry: Withheld) {
  const { coordinate, effect, rule, article, unmet } = entry;
  const remedy = unmet ? `Their privacy state does not meet: ${unmet.join(', ')}.` : entry.remedy;
  return (
    <li className="withheld-entry">
      <div className="withheld-field">
        <code>{coordinate}</code>
        <span className="badge" data-effect={effect.toLowerCase()}>{effect.toLowerCase()}</span>
      </div>
      <div className="withheld-place">{place(entry)}</div>
      <div className="withheld-why">{[rule, article].filter(Boolean).join(' · ')}</div>
      {remedy && <div className="withheld-remedy">{remedy}</div>}
    </li>
  );
}

function Entries({ entries }: { entries: Withheld[] | null }) {
  if (entries === null) return <p className="withheld-none">What an answer withholds is listed here.</p>;
  if (entries.length === 0) return <p className="withheld-none">Nothing was withheld from the last answer.</p>;
  return (
    <ul className="withheld-entries" tabIndex={0} aria-label="Withheld fields">
      {entries.map((entry, index) => <Entry key={index} {...entry} />)}
    </ul>
  );
}

export function WithheldPane({ entries }: { entries: Withheld[] | null }) {
  return (
    <section aria-label="Withheld" className="withheld">
      <details open>
        <summary>
          Withheld <span className="count">{entries?.length ?? 0}</span>
        </summary>
        <Entries entries={entries} />
      </details>
    </section>
  );
}
