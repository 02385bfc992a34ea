import { expect, it } from '@jest/globals';
import { pointsIn } from '../../../cli/cost/otlp-points.ts';
import { ProtobufWriter } from '../../../lambda/outputs/wire/protobuf-writer.ts';

it('a point counts with the name of its metric and all attributes of its resource', () => {
  const writer = new ProtobufWriter();
  const request = writer.begin(1);
  const resource = writer.begin(1);
  writer.string(1, 'attributes'); // 12 bytes.
  writer.end(resource);
  const scope = writer.begin(2);
  for (const kind of [5, 7, 9, 11]) {
    const metric = writer.begin(2);
    writer.string(1, 'name'); // 4 bytes without tag and length.
    const data = writer.begin(kind);
    writer.message(1, 9);
    writer.double(4, 1.5); // 9 bytes.
    writer.message(1, 9);
    writer.double(4, 2.5);
    writer.end(data);
    writer.end(metric);
  }
  writer.end(scope);
  writer.end(request);
  expect(pointsIn(writer.bytes())).toEqual({ points: 8, bytes: 8 * (9 + 4 + 12) });
});

it('an empty request has none', () => {
  expect(pointsIn(new Uint8Array())).toEqual({ points: 0, bytes: 0 });
});
