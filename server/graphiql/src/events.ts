/** Reads a subscription's answers from a `text/event-stream` response, one by one. */
import type { ExecutionResult } from 'graphql';

async function* readMessages(reader: ReadableStreamDefaultReader<string>): AsyncGenerator<string> {
  let rest = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const messages = (rest + part.value.replaceAll('\r', '')).split('\n\n');
    rest = messages.pop() ?? '';
    yield* messages;
  }
}

function dataOf(message: string): string {
  const lines = message.split('\n').filter((line) => line.startsWith('data:'));
  return lines.map((line) => line.slice(5)).join('\n').trim();
}

async function* readAnswers(
  reader: ReadableStreamDefaultReader<string>,
  onAnswer: (answer: ExecutionResult) => void,
): AsyncGenerator<ExecutionResult> {
  for await (const message of readMessages(reader)) {
    const data = dataOf(message);
    if (!data) continue; // a comment that keeps the connection open, or the closing `complete`
    const answer: ExecutionResult = JSON.parse(data);
    onAnswer(answer);
    yield answer;
  }
}

export function answersFrom(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onAnswer: (answer: ExecutionResult) => void,
): AsyncIterable<ExecutionResult> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const answers = readAnswers(reader, onAnswer);
  // A generator cannot be ended while it waits for the next event; cancelling the reader ends both.
  const stop = async () => {
    await reader.cancel();
    return { done: true as const, value: undefined };
  };
  return { [Symbol.asyncIterator]: () => ({ next: () => answers.next(), return: stop }) };
}
