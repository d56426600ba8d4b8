"""The process that runs one candidate: the only room that imports onnxruntime and tokenizers.

Started as `python -m bakeoff.server.worker --fd N`; talks `bakeoff.worker.v1` over that socket.
"""
