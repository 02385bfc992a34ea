import { useEffect, useState } from 'preact/hooks';

/** As in the style sheet. */
const NARROW = '(max-width: 899px)';

/** Whether the window has room for one column only. */
export function useNarrow(): boolean {
  const query = matchMedia(NARROW);
  const [isNarrow, setNarrow] = useState(query.matches);
  useEffect(() => {
    const update = () => setNarrow(query.matches);
    query.addEventListener('change', update);
    return () => query.removeEventListener('change', update);
  }, [query]);
  return isNarrow;
}
