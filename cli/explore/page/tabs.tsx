interface Props {
  readonly names: readonly (readonly [id: string, label: string])[];
  readonly selected: string;
  onSelect(id: string): void;
}

/** Tabs with the keys that users of a keyboard expect: https://www.w3.org/WAI/ARIA/apg/patterns/tabs/ */
export function Tabs({ names, selected, onSelect }: Props) {
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const current = names.findIndex(([id]) => id === selected);
    const next =
      event.key === 'Home'
        ? 0
        : event.key === 'End'
          ? names.length - 1
          : step && (current + step + names.length) % names.length;
    const [id] = (next === undefined ? undefined : names[next]) ?? [];
    if (id === undefined) return;
    event.preventDefault();
    onSelect(id);
    document.getElementById(`tab-${id}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Views" onKeyDown={move}>
      {names.map(([id, label]) => (
        <button
          key={id}
          type="button"
          role="tab"
          id={`tab-${id}`}
          aria-selected={id === selected}
          aria-controls={id === selected ? 'panel' : undefined}
          tabIndex={id === selected ? 0 : -1}
          onClick={() => onSelect(id)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
