import { describe, expect, it } from '@jest/globals';
import { type Losses, lossFamilies } from '../../../sidecar/catalogue/losses.ts';
import { writeText } from '../../../sidecar/exposition/text.ts';

describe('What the sidecar had to give up', () => {
  it('is on the page by why, once it happened', () => {
    const connections = new Map([['silent', 936]]);
    const points = new Map([['container_gone', 22]]);
    const elements = new Map([['no_object', 3]]);
    const lines = textOf({ connections, points, elements }).split('\n');

    expect(lines).toContain('ee_exporter_connections_displaced_total{state="silent"} 936');
    expect(lines).toContain('ee_exporter_history_points_lost_total{reason="container_gone"} 22');
    expect(lines).toContain('ee_exporter_elements_skipped_total{reason="no_object"} 3');
    const none = new Map();
    expect(textOf({ connections: none, points: none, elements: none })).toBe('');
  });
});

function textOf(losses: Losses): string {
  return [...writeText(lossFamilies(losses))].join('');
}
