import { createServer } from 'node:http';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import axios from 'axios';
import bcrypt from 'bcrypt';
import dayjs from 'dayjs';
import ejs from 'ejs';
import { transformSync } from 'esbuild';
import express from 'express';
import fastify from 'fastify';
import { buildSchema, graphql } from 'graphql';
import handlebars from 'handlebars';
import knex from 'knex';
import lodash from 'lodash';
import mongoose from 'mongoose';
import pino from 'pino';
import { firstValueFrom, of } from 'rxjs';
import sharp from 'sharp';
import { Server } from 'socket.io';
import { v4 } from 'uuid';
import winston from 'winston';
import wrap from 'wrap-ansi-cjs';
import { WebSocketServer } from 'ws';
import { z } from 'zod';

/** Each uses a package for what it is there for, native ones included. */
const uses = {
  '@aws-sdk/client-s3': () =>
    new S3Client({ region: 'x' }).config.serviceId + new GetObjectCommand({}).constructor.name,
  axios: () => axios.getUri({ url: '/a', params: { b: 1 } }),
  bcrypt: async () => bcrypt.compare('secret', await bcrypt.hash('secret', 4)),
  dayjs: () => dayjs('2020-02-03').format('YYYY'),
  ejs: () => ejs.render('<%= 1 + 1 %>'),
  esbuild: () => transformSync('let a: number = 1', { loader: 'ts' }).code.trim(),
  fastify: async () =>
    (
      await fastify()
        .get('/', () => 'hi')
        .inject('/')
    ).body,
  graphql: async () =>
    (await graphql({ schema: buildSchema('type Query { a: Int }'), source: '{ a }', rootValue: { a: 3 } }))
      .data.a,
  handlebars: () => handlebars.compile('{{a}}')({ a: 'b' }),
  knex: () => knex({ client: 'pg' })('t').where({ a: 1 }).toString(),
  lodash: () => lodash.chunk([1, 2, 3], 2).length,
  mongoose: () => new mongoose.Schema({ a: String }).path('a').instance,
  pino: () => pino({ level: 'silent' }).level,
  rxjs: () => firstValueFrom(of('x')),
  sharp: async () =>
    (
      await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } })
        .png()
        .toBuffer()
    ).length > 50,
  'socket.io': () => typeof new Server().path(),
  uuid: () => v4().length,
  winston: () => winston.createLogger({ silent: true }).level,
  'wrap-ansi-cjs': () => wrap('aaa bbb', 3),
  ws: () => typeof new WebSocketServer({ noServer: true }).handleUpgrade,
  zod: () => z.object({ a: z.number() }).parse({ a: 1 }).a,
};

const app = express();
app.get('/', async (_, answer) => {
  const results = {};
  for (const [name, use] of Object.entries(uses)) results[name] = await use();
  answer.json(results);
});
const server = createServer(app).listen(0, '127.0.0.1', () =>
  process.stdout.write(`${server.address().port}\n`),
);
