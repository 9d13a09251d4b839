"""Another program, with a mapper that knows nothing of instep: it reads the tables and works with objects."""

import sys

from sqlalchemy import MetaData, Table, create_engine
from sqlalchemy.orm import Session, registry

engine = create_engine(sys.argv[1])
table = Table("orchestration_tasks", MetaData(), autoload_with=engine)


class Task:
    def __init__(self, **columns):
        for name, value in columns.items():
            setattr(self, name, value)


# `metadata` means something else to this mapper.
registry().map_imperatively(Task, table, exclude_properties=["metadata"])


def of(session, code):
    return session.query(Task).filter_by(task_code=code).one()


with Session(engine) as session:
    plan = of(session, "plan")
    plan.status = "in_progress"
    plan.tags = ["api", "db"]
    session.add(Task(task_code="made", title="Made by a mapper", priority="P2"))
    session.delete(of(session, "gone"))
    session.commit()
    plan.title = "Plan it twice"
    session.commit()
    print(plan.row_version)
