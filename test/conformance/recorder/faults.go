package recorder

import (
	"errors"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// failure refuses requests of the controllers: it lets `skip` matching ones pass, then fails `n`.
type failure struct {
	verb, resource, reason string
	skip, n                int
}

// injected says whether a request of a controller is to fail, and with what error.
func (s *Store) injected(verb, r, name string) error {
	if s.user {
		return nil
	}
	for i, f := range s.failures {
		if f.verb != verb || f.resource != r {
			continue
		}
		together := verb == "delete" && r == "pods"
		if together && s.deletesDecided {
			return s.deletesFail
		}
		s.deletesDecided = s.deletesDecided || together
		if f.skip > 0 {
			f.skip--
			return nil
		}
		if f.n == 0 {
			s.failures = slices.Delete(s.failures, i, i+1)
			s.deletesDecided = false
			return s.injected(verb, r, name)
		}
		f.n--
		if r == "pods" {
			name = ""
		}
		err := f.error(r, name)
		if together {
			s.deletesFail = err
		}
		return err
	}
	return nil
}

func (f *failure) error(r, name string) error {
	why := errors.New("injected")
	switch f.reason {
	case "Forbidden":
		return apierrors.NewForbidden(gr(r), name, why)
	case "Conflict":
		return apierrors.NewConflict(gr(r), name, why)
	case "InternalError":
		return apierrors.NewInternalError(why)
	case "NotFound":
		return apierrors.NewNotFound(gr(r), name)
	case "AlreadyExists":
		return apierrors.NewAlreadyExists(gr(r), name)
	case "Invalid":
		return apierrors.NewInvalid(kindOf(r), name, field.ErrorList{field.Forbidden(field.NewPath("spec"), "injected")})
	case "Timeout":
		return apierrors.NewTimeoutError("injected", 0)
	case "NamespaceTerminating":
		e := apierrors.NewForbidden(gr(r), name, errors.New("unable to create new content in namespace default because it is being terminated"))
		e.ErrStatus.Details.Causes = append(e.ErrStatus.Details.Causes, metav1.StatusCause{Type: corev1.NamespaceTerminatingCause,
			Message: "namespace default is being terminated", Field: "metadata.namespace"})
		return e
	}
	panic(f.reason)
}

// orphan deletes an object and leaves what it owned without it, in one go: the object is marked, its dependents
// lose their reference, the object goes.
func (s *Store) orphan(r, name string) error {
	old, ok := s.objects[r][name]
	if !ok {
		return apierrors.NewNotFound(gr(r), name)
	}
	s.mark(r, name, metav1.FinalizerOrphanDependents)
	uid := acc(old).GetUID()
	for _, d := range s.dependents(uid) {
		s.disown(d, func(ref metav1.OwnerReference) bool { return ref.UID == uid })
	}
	s.commit("DELETED", r, s.objects[r][name], s.objects[r][name])
	return nil
}

// foreground marks an object and all that it owns; each goes when nothing that it owns is left.
func (s *Store) foreground(r, name string) error {
	old, ok := s.objects[r][name]
	if !ok {
		return apierrors.NewNotFound(gr(r), name)
	}
	if inForeground(old) {
		return nil // nothing changes, so the garbage collector hears of nothing
	}
	s.mark(r, name, metav1.FinalizerDeleteDependents)
	s.collect(r, old)
	s.sweep()
	return nil
}

// dependent is an object that names an owner.
type dependent struct {
	resource string
	object   runtime.Object
}

func (s *Store) dependents(uid types.UID) []dependent {
	var all []dependent
	for _, r := range []string{"pods", "replicasets"} {
		for _, o := range s.list(r) {
			if slices.ContainsFunc(acc(o).GetOwnerReferences(), func(ref metav1.OwnerReference) bool { return ref.UID == uid }) {
				all = append(all, dependent{r, o})
			}
		}
	}
	return all
}

// disown takes away the references that are not to stay.
func (s *Store) disown(d dependent, gone func(metav1.OwnerReference) bool) {
	c := d.object.DeepCopyObject()
	acc(c).SetOwnerReferences(slices.DeleteFunc(acc(c).GetOwnerReferences(), gone))
	s.commit("MODIFIED", d.resource, d.object, c)
}

var resources = map[string]string{"apps/v1 Deployment": "deployments", "apps/v1 ReplicaSet": "replicasets", "v1 Pod": "pods"}

// collect looks at what names an owner that is gone, or goes in the foreground, as attemptToDeleteItem does.
func (s *Store) collect(r string, owner runtime.Object) {
	for _, d := range s.dependents(acc(owner).GetUID()) {
		now, ok := s.objects[d.resource][acc(d.object).GetName()]
		if !ok || s.namesUnserved(now, r) {
			continue
		}
		d.object = now
		name := acc(now).GetName()
		if acc(now).GetDeletionTimestamp() != nil {
			// What goes in the foreground already loses what it has come to own since.
			if inForeground(now) {
				s.collect(d.resource, now)
			}
			continue
		}
		solid, waiting := s.owners(now)
		switch {
		case len(solid) > 0:
			s.disown(d, func(ref metav1.OwnerReference) bool { return !slices.Contains(solid, ref.UID) })
		case d.resource != "pods" && waiting && len(s.dependents(acc(now).GetUID())) > 0:
			s.foreground(d.resource, name)
		default:
			s.delete(d.resource, name, nil)
		}
	}
}

// namesUnserved says whether an owner cannot be looked up: the collector tries again for ever. The kind of the owner
// that is gone, a resource of ours, was there.
func (s *Store) namesUnserved(o runtime.Object, gone string) bool {
	return slices.ContainsFunc(acc(o).GetOwnerReferences(), func(ref metav1.OwnerReference) bool {
		if resources[ref.APIVersion+" "+ref.Kind] == gone {
			return false
		}
		return !legacyscheme.Scheme.Recognizes(schema.FromAPIVersionAndKind(ref.APIVersion, ref.Kind))
	})
}

// owners finds those that are there to stay, and whether one goes in the foreground.
func (s *Store) owners(o runtime.Object) (solid []types.UID, waiting bool) {
	for _, ref := range acc(o).GetOwnerReferences() {
		owner, ok := s.objects[resources[ref.APIVersion+" "+ref.Kind]][ref.Name]
		if !ok || acc(owner).GetUID() != ref.UID {
			continue
		}
		if inForeground(owner) {
			waiting = true
		} else {
			solid = append(solid, ref.UID)
		}
	}
	return solid, waiting
}

// blocked says whether something is left that the owner is to wait for.
func (s *Store) blocked(owner runtime.Object) bool {
	uid := acc(owner).GetUID()
	return slices.ContainsFunc(s.dependents(uid), func(d dependent) bool {
		return slices.ContainsFunc(acc(d.object).GetOwnerReferences(), func(ref metav1.OwnerReference) bool {
			return ref.UID == uid && ref.BlockOwnerDeletion != nil && *ref.BlockOwnerDeletion
		})
	})
}

func inForeground(o runtime.Object) bool {
	return acc(o).GetDeletionTimestamp() != nil && slices.Contains(acc(o).GetFinalizers(), metav1.FinalizerDeleteDependents)
}

func (s *Store) mark(r, name, finalizer string) {
	old := s.objects[r][name]
	c := old.DeepCopyObject()
	acc(c).SetFinalizers([]string{finalizer})
	// Once only, as markAsDeleting does, whatever the deletion that comes on top asks for.
	if acc(c).GetDeletionTimestamp() == nil {
		now, zero := metav1.NewTime(time.Now().Truncate(time.Second)), int64(0)
		acc(c).SetDeletionTimestamp(&now)
		acc(c).SetDeletionGracePeriodSeconds(&zero)
		acc(c).SetGeneration(acc(c).GetGeneration() + 1)
	}
	s.commit("MODIFIED", r, old, c)
}

// sweep takes away objects under foreground deletion that nothing blocks any more: ReplicaSets, then Deployments.
func (s *Store) sweep() {
	for _, r := range []string{"replicasets", "deployments"} {
		for _, o := range s.list(r) {
			if !inForeground(o) {
				continue
			}
			if !s.blocked(o) {
				s.commit("DELETED", r, o, o)
			}
		}
	}
}
