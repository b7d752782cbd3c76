import { total } from '@shops/prices';
import express from 'express';

const service = express();

service.get('/total', ({ query: { price, amount } }, response) => {
  response.json({ total: total(String(price), String(amount)) });
});

const server = service.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  process.stdout.write(`listening on port ${server.address().port}\n`);
});
