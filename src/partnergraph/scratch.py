"""A store without our graphs, in which those allowed may write every graph."""

from partnergraph import names
from partnergraph.directory import StoreDirectory
from partnergraph.errors import StoreError
from partnergraph.store import Store


def ensure(directory: StoreDirectory) -> None:
    """Make an empty store where there is none. The caller is the writer of the directory.

    Raises:
        StoreError: the store there holds our graphs.
    """
    if not directory.exists():
        with directory.commit():
            return
    with directory.reading() as path:
        if Store.open(path, writable=False).has_graph(names.MANIFEST):
            raise StoreError(
                f"the store in {directory.path} holds our graphs and is no scratch store",
                hint="Name another one with --store, or do not set scratch",
            )
