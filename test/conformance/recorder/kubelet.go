package recorder

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	podutil "k8s.io/kubernetes/pkg/api/v1/pod"
)

// kubelet watches the store itself, without delay.
func (x *run) kubelet(ev Event) {
	p := ev.New.(*corev1.Pod)
	b := x.c.Images[p.Spec.Containers[0].Image]
	name, uid := p.Name, p.UID
	edit := func(fn func(p *corev1.Pod)) {
		o, ok := x.store.objects["pods"][name]
		if !ok || o.(*corev1.Pod).UID != uid {
			return
		}
		c := o.(*corev1.Pod).DeepCopy()
		fn(c)
		x.store.commit("MODIFIED", "pods", o, c)
	}
	alive := func() bool {
		o, ok := x.store.objects["pods"][name]
		return ok && o.(*corev1.Pod).UID == uid && o.(*corev1.Pod).DeletionTimestamp == nil
	}
	setReady := func(ready bool) {
		edit(func(p *corev1.Pod) {
			st := corev1.ConditionFalse
			if ready {
				st = corev1.ConditionTrue
			}
			for _, t := range []corev1.PodConditionType{corev1.ContainersReady, corev1.PodReady} {
				podutil.UpdatePodCondition(&p.Status, &corev1.PodCondition{Type: t, Status: st})
				for i := range p.Status.Conditions {
					if p.Status.Conditions[i].Type == t {
						p.Status.Conditions[i].LastTransitionTime.Time = p.Status.Conditions[i].LastTransitionTime.Truncate(time.Second)
					}
				}
			}
		})
	}
	switch {
	case ev.Type == "ADDED":
		owner := ""
		if ref := metav1.GetControllerOf(p); ref != nil {
			owner = ref.Name
		}
		i := x.podMade[owner]
		x.podMade[owner]++
		x.after2(b.Schedule, func() {
			if !alive() {
				return
			}
			edit(func(p *corev1.Pod) {
				n := max(x.c.Nodes, 1)
				p.Spec.NodeName = fmt.Sprintf("node-%d", x.nodeNext%n)
				x.nodeNext++
			})
			if b.NeverRun {
				return
			}
			x.after2(b.Start, func() {
				if !alive() {
					return
				}
				edit(func(p *corev1.Pod) {
					p.Status.Phase = corev1.PodRunning
					if i < len(b.Restarts) && b.Restarts[i] > 0 {
						p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: p.Spec.Containers[0].Name, RestartCount: int32(b.Restarts[i])}}
					}
				})
				if b.NeverReady {
					return
				}
				wait := b.Ready
				if i < len(b.Extra) {
					wait += b.Extra[i]
				}
				x.after2(wait, func() {
					if !alive() {
						return
					}
					setReady(true)
					if b.UnreadyAt > 0 {
						x.after2(b.UnreadyAt, func() {
							if alive() {
								setReady(false)
								if b.ReadyAgain > 0 {
									x.after2(b.ReadyAgain, func() {
										if alive() {
											setReady(true)
										}
									})
								}
							}
						})
					}
					if b.FailAt > 0 && i < 3 {
						x.after2(b.FailAt, func() {
							if alive() {
								edit(func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed; p.Status.Reason = "Evicted" })
							}
						})
					}
				})
			})
		})
	case ev.Type == "MODIFIED" && p.DeletionTimestamp != nil && ev.Old.(*corev1.Pod).DeletionTimestamp == nil:
		stop := min(int64(b.Stop), *p.DeletionGracePeriodSeconds)
		x.after2(int(stop), func() {
			if o, ok := x.store.objects["pods"][name]; ok && o.(*corev1.Pod).UID == uid {
				x.store.remove(name)
			}
		})
	}
}
