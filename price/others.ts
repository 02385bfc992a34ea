import { type BillLine, Lines } from './line.ts';
import { HOURS, PRICES, type PriceList } from './list.ts';

/** The size of a task that AWS's examples give the CloudWatch Agent. */
const AGENT_CPU = 0.25;
const AGENT_GB = 0.5;

/** One task of the CloudWatch Agent for a month, on x86. Its metrics and events come on top. */
export function agentTask(prices: PriceList = PRICES): BillLine {
  return new Lines(prices).line(
    'one task of the CloudWatch Agent',
    { of: 'x86CpuHour', amount: HOURS * AGENT_CPU, formula: `${HOURS} h × ${AGENT_CPU} vCPU` },
    { of: 'x86MemoryHour', amount: HOURS * AGENT_GB, formula: `${HOURS} h × ${AGENT_GB} GB` },
  );
}
