"""Variants: each turns the fp32 graph into one precision or optimisation of it.

A new one is a file here and a line below.
"""

from collections.abc import Mapping

from bakeoff.exporter.errors import VariantUnsupportedError
from bakeoff.exporter.variants.fp16 import Fp16
from bakeoff.exporter.variants.fp32 import Fp32
from bakeoff.exporter.variants.int8_dynamic import Int8Dynamic
from bakeoff.exporter.variants.int8_static import Int8Static
from bakeoff.exporter.variants.variant import Calibration, MadeGraph, Variant

__all__ = ["VARIANTS", "Calibration", "MadeGraph", "Variant", "variant_named"]

VARIANTS: Mapping[str, Variant] = {
    variant.id: variant for variant in (Fp32(), Fp16(), Int8Dynamic(), Int8Static())
}


def variant_named(variant_id: str) -> Variant:
    """The variant of that id. Raises VariantUnsupportedError, which names those there are."""
    if variant_id not in VARIANTS:
        message = f"variant: must be one of {', '.join(VARIANTS)}; got {variant_id!r}."
        raise VariantUnsupportedError(message)
    return VARIANTS[variant_id]
