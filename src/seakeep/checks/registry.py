"""The areas of checks of objects and files, in the order in which their findings are listed."""

from types import ModuleType

from seakeep.checks.api.registry import CHECKS as API
from seakeep.checks.files.registry import CHECKS as FILES
from seakeep.checks.images.registry import CHECKS as IMAGES
from seakeep.checks.loading.registry import CHECKS as LOADING
from seakeep.checks.network.registry import CHECKS as NETWORK
from seakeep.checks.objects.registry import CHECKS as OBJECTS
from seakeep.checks.programs.registry import CHECKS as PROGRAMS
from seakeep.checks.rbac.registry import CHECKS as RBAC
from seakeep.checks.schema.registry import CHECKS as SCHEMA
from seakeep.checks.status.registry import CHECKS as STATUS
from seakeep.checks.waivers.registry import CHECKS as WAIVERS
from seakeep.checks.workload.registry import CHECKS as WORKLOAD

MANIFEST: tuple[ModuleType, ...] = (*SCHEMA, *API, *WORKLOAD, *IMAGES, *NETWORK, *RBAC, *OBJECTS, *STATUS)
"""Asked about objects, in files and served."""

CHECKS: tuple[ModuleType, ...] = (*LOADING, *MANIFEST, *FILES, *PROGRAMS, *WAIVERS)
"""Every check that is asked about what was given."""
