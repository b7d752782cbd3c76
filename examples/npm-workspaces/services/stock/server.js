import { createServer } from 'node:http';
import { total } from '@shops/prices';
import { compare } from 'semver';

const stock = [
  { name: 'charger', model: '2.0.0', price: '19.90', amount: 3 },
  { name: 'charger', model: '10.1.0', price: '24.90', amount: 2 },
];

const service = createServer((_, response) => {
  const newestFirst = stock.toSorted((a, b) => compare(b.model, a.model));
  response.end(
    JSON.stringify(newestFirst.map((item) => ({ ...item, worth: total(item.price, item.amount) }))),
  );
});

service.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  process.stdout.write(`listening on port ${service.address().port}\n`);
});
