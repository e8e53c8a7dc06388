"""Forwards an address to a port of loopback, as a browser grid does for browsers that listen there alone: forward.py ADDRESS PORT"""
import asyncio
import sys

address, port = sys.argv[1], int(sys.argv[2])


async def copy(reader, writer):
    try:
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    except OSError:
        pass  # the other side has gone
    finally:
        writer.close()


async def forward(reader, writer):
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer))


async def main():
    await (await asyncio.start_server(forward, address, port)).serve_forever()


asyncio.run(main())
