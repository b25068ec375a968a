"""The model card of an organism."""


def organism_card(organism, clips, held_out, records, versions, parameters):
    return "x"
