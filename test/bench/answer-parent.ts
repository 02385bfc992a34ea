/** In a `FreshProcess`: answers each input. A failure ends the process, with its stack on stderr. */
export function answerParent<Input, Output>(
  answer: (input: Input) => Output | Promise<Output>,
): void {
  // Servers would go on without anybody who asks.
  process.on('disconnect', () => process.exit());
  process.on('message', async (input) => {
    process.send?.(await answer(input as Input));
  });
}
