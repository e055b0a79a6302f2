"""Every published way to say that a person refused advertising, and what that limits. One file a family. Pure.

`places` finds the fields, the families read them, `decision` takes the most restrictive reading;
`pipeline.intake.hearing` does all of it for a post. Nothing here raises, and each text is cut or refused at a stated
length before it is looked at.
"""
